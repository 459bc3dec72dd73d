import { useEffect, useRef } from "preact/hooks";
import type { Session } from "../api/types";
import { journeyOf } from "../format/journey";
import { milliseconds, plural } from "../format/number";
import { stamp } from "../format/time";
import { sessionSign } from "../format/words";
import { useResource } from "../state/details";
import { setParams } from "../state/route";
import { ContextLost } from "./context-lost";
import { CopyButton } from "./copy-button";
import { Icon } from "./icon";
import { StateWord } from "./shape";
import { Waterfall } from "./waterfall";

/** One session beside the table; the table stays alive, Esc closes, j and k walk on. */
export function SessionPeek({ id, known }: { id: string; known: Session | undefined }) {
  const partly = known === undefined || known.steps.length < known.step_count;
  const fetched = useResource<Session>(partly ? `sessions/${encodeURIComponent(id)}` : null, known && known.step_count + known.own_verdicts.length);
  const session = partly ? (fetched.data ?? known) : known;
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    panel.current?.focus({ preventScroll: true });
    return () => document.querySelector<HTMLElement>(`tr[data-session="${CSS.escape(id)}"] a`)?.focus({ preventScroll: true });
  }, []);
  return (
    <aside ref={panel} class="peek" tabIndex={-1} aria-label={`Session ${id}`} data-testid="session-peek">
      <header>
        <h2 class="mono">{id}</h2>
        <CopyButton text={() => location.href} label="Copy link" />
        <button class="bare" onClick={() => setParams({ session: "" })} title="Close (Esc)" aria-label="Close"><Icon name="close" /></button>
      </header>
      {fetched.problem && <p class="inline-problem">{fetched.problem}</p>}
      {session ? <Body session={session} /> : !fetched.problem && <p class="note">loading</p>}
    </aside>
  );
}

function Body({ session }: { session: Session }) {
  const stops = journeyOf(session);
  const total = session.step_count + stops.length - session.steps.length;
  return (
    <>
      <dl class="facts">
        <div><dt>Outcome</dt><dd><StateWord sign={sessionSign(session)} /></dd></div>
        <div><dt>User</dt><dd class="mono">{session.user ?? "–"}</dd></div>
        <div><dt>Service</dt><dd>{session.service_type ?? "–"}</dd></div>
        <div><dt>Started</dt><dd>{stamp(session.started_at)}</dd></div>
        <div><dt>Status</dt><dd>{session.status.replace("_", " ")}</dd></div>
        <div><dt>Duration</dt><dd>{milliseconds(session.duration_ms)}</dd></div>
        <div><dt>Issues</dt><dd>{session.issues_found}</dd></div>
        <div><dt>Steps</dt><dd>{total}</dd></div>
      </dl>
      <h3>{plural(stops.length, "step")}{stops.length < total ? ` of ${total}` : ""} on one time axis</h3>
      {session.issues_found > 0 && <ContextLost session={session} />}
      {stops.length === 0 ? <p class="note">No step was taken yet.</p> : <Waterfall session={session} stops={stops} />}
    </>
  );
}
