import type { AlertPage } from "../api/types";
import { AlertTable } from "../components/alert-table";
import { plural } from "../format/number";
import { useResource } from "../state/details";
import { route, setParams } from "../state/route";
import { now } from "../state/store";

const REFRESH_MS = 5000;
const MOST = 100;

const SHOW = [
  ["", "All"],
  ["firing", "Firing"],
  ["resolved", "Resolved"],
] as const;

/** What is wrong, and what was: asked again every few seconds. */
export function Alerts() {
  const { show = "" } = route.value.params;
  const asked = show === "" ? `alerts?limit=${MOST}` : `alerts?limit=${MOST}&state=${show}`;
  const { data, problem } = useResource<AlertPage>(asked, Math.floor(now.value / REFRESH_MS));
  return (
    <section class="panel" aria-labelledby="alerts">
      <header class="filters">
        <h1 id="alerts">Alerts</h1>
        <div class="segmented" role="group" aria-label="Show">
          {SHOW.map(([value, word]) => <button key={value} class="small" aria-pressed={show === value} onClick={() => setParams({ show: value })}>{word}</button>)}
        </div>
      </header>
      {data && data.alerts.length > 0 && <AlertTable alerts={data.alerts} />}
      {data && data.alerts.length === 0 && <p class="note padded" data-testid="no-alerts">{nothing(show, data.firing)}</p>}
      <footer>
        {problem && <span class="inline-problem">{problem}</span>}
        {data && <span class="note">{data.alerts.length} of {data.total}, {plural(data.firing, "alert")} firing</span>}
      </footer>
    </section>
  );
}

/** The sentence in place of an empty table. */
export function nothing(show: string, firing: number): string {
  if (show === "resolved") return "No alert was resolved yet.";
  return firing === 0 ? "Nothing is wrong: no alert fires." : "No alert yet.";
}
