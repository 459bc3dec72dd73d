import { useState } from "preact/hooks";
import type { Session, SessionPage } from "../api/types";
import { getJson } from "../api/client";
import { SessionTable } from "../components/session-table";
import { hasProblem } from "../format/headline";
import type { Model } from "../state/fold";
import { route, setParams } from "../state/route";

const PAGE = 50;

const SHOW = [
  ["", "All"],
  ["problem", "With a problem"],
  ["running", "Running"],
] as const;

/** True when the session passes the tab's filters; the search looks at everything that the row shows. */
export function matches(session: Session, show: string, search: string): boolean {
  if (show === "problem" && !hasProblem(session)) return false;
  if (show === "running" && session.overall_status !== "running") return false;
  const text = [session.session_id, session.user, session.service_type, session.overall_status, ...session.steps.flatMap((step) => [step.step, step.integration, step.error]), ...session.own_verdicts.map((own) => own.step)];
  return text.join(" ").toLowerCase().includes(search.toLowerCase());
}

/** The live sessions and the older ones fetched so far, each once. */
function join(live: Session[], older: Session[]): Session[] {
  const ids = new Set(live.map((session) => session.session_id));
  return [...live, ...older.filter((session) => !ids.has(session.session_id))];
}

export function Sessions({ model }: { model: Model }) {
  const [older, setOlder] = useState<SessionPage | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const { show = "", search = "" } = route.value.params;
  const all = join(model.sessions, older?.sessions ?? []);
  const found = all.filter((session) => matches(session, show, search));
  const load = async (): Promise<void> => {
    try {
      const cursor = older?.next_cursor ? `&cursor=${encodeURIComponent(older.next_cursor)}` : "";
      const page = await getJson<SessionPage>(`sessions?limit=${PAGE}${cursor}`);
      setOlder({ ...page, sessions: [...(older?.sessions ?? []), ...page.sessions] });
      setProblem(null);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <section class="panel" aria-labelledby="sessions">
      <header class="filters">
        <h1 id="sessions">Sessions</h1>
        <div class="segmented" role="group" aria-label="Show">
          {SHOW.map(([value, word]) => <button key={value} class="small" aria-pressed={show === value} onClick={() => setParams({ show: value })}>{word}</button>)}
        </div>
        <input type="search" placeholder="Search  /" aria-label="Search sessions" value={search} onInput={(event) => setParams({ search: event.currentTarget.value }, true)} />
      </header>
      {older?.partial && <p class="inline-problem">{older.partial}</p>}
      {found.length > 0 ? <SessionTable sessions={found} /> : <Nothing loaded={all.length} />}
      <footer>
        {problem && <span class="inline-problem">{problem}</span>}
        <span class="note">{found.length} of {all.length} loaded{older ? `, older ones from ${older.source}` : ""}</span>
        {older !== null && older.next_cursor === null ? <span class="note">no older ones</span> : <button class="small" onClick={() => void load()}>Load older</button>}
      </footer>
    </section>
  );
}

function Nothing({ loaded }: { loaded: number }) {
  if (loaded === 0) return <p class="note padded">No session yet.</p>;
  return (
    <p class="note padded">
      0 of {loaded} match · <button class="link" onClick={() => setParams({ show: "", search: "" })}>clear filters</button>
    </p>
  );
}
