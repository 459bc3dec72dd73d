import type { Session } from "../api/types";
import { milliseconds } from "../format/number";
import { sessionSign } from "../format/words";
import { hrefOf, route, setParams } from "../state/route";
import { Ago } from "./ago";
import { StateWord } from "./shape";
import { Journey } from "./step-chip";

/** Sessions as rows; a click, or Enter on the session's link, opens the peek beside the table. */
export function SessionTable({ sessions }: { sessions: Session[] }) {
  return (
    <div class="scroll"><table class="sessions">
      <thead>
        <tr><th>Outcome</th><th>Started</th><th>Session</th><th>User</th><th>Service</th><th class="wide">Journey</th><th class="number">Duration</th></tr>
      </thead>
      <tbody>
        {sessions.map((session) => <SessionRow key={session.session_id} session={session} />)}
      </tbody>
    </table></div>
  );
}

function SessionRow({ session }: { session: Session }) {
  const { tab, params } = route.value;
  const id = session.session_id;
  const open = params["session"] === id;
  return (
    <tr data-testid="session-row" data-session={id} aria-selected={open} class={open ? "open" : ""} onClick={() => setParams({ session: id })}>
      <td><StateWord sign={sessionSign(session)} /></td>
      <td class="nowrap"><Ago at={session.started_at} /></td>
      <td class="nowrap"><a class="mono" href={hrefOf(tab, { ...params, session: id })} title={id}>{short(id)}</a></td>
      <td class="mono nowrap">{session.user ?? <span class="note">–</span>}</td>
      <td class="nowrap">{session.service_type ?? <span class="note">–</span>}</td>
      <td class="wide"><Journey session={session} /></td>
      <td class="number nowrap">{session.duration_ms === null ? <span class="note">{session.status === "active" ? "running" : "–"}</span> : milliseconds(session.duration_ms)}</td>
    </tr>
  );
}

/** Long identifiers keep their end, where they differ. */
const short = (id: string): string => (id.length <= 14 ? id : `${id.slice(0, 5)}…${id.slice(-7)}`);
