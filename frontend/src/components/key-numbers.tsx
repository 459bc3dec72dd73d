import type { ComponentChildren } from "preact";
import type { Model } from "../state/fold";
import { hasProblem } from "../format/headline";
import { count, milliseconds, NO_DATA, percent, plural } from "../format/number";
import { totals } from "../format/totals";

/** The few numbers that tell whether users are well, over all integrations. */
export function KeyNumbers({ model }: { model: Model }) {
  const all = totals(model.metrics);
  const { requests } = model.metrics;
  const hurt = model.sessions.filter(hasProblem).length;
  return (
    <dl class="numbers">
      <Figure label="Calls succeed" value={percent(all.successRate)} unit={all.successRate === null ? "" : "%"} note={`${all.failed || "none"} of ${plural(all.calls, "call")} failed`} />
      <Figure label="Answers valid" value={percent(all.meaningRate)} unit={all.meaningRate === null ? "" : "%"} note={`${all.rejected || "none"} of ${count(all.judged)} judged rejected`} />
      <Figure label="Sessions with a problem" value={model.sessions.length === 0 ? NO_DATA : count(hurt)} unit="" note={`of the last ${plural(model.sessions.length, "session")}`} />
      <Figure label="Wait added, p95" {...split(milliseconds(all.worstWaitMs))} note={`${plural(all.retries, "retry", "retries")}, ${count(all.refused)} refused`} />
      <Figure label="Traffic" value={all.callsPerMinute.toFixed(all.callsPerMinute < 10 ? 1 : 0)} unit="calls/min" note={`${plural(requests.in_flight, "request")} in flight`} />
      <Figure label="Your routes, p95" {...split(milliseconds(requests.latency_ms.p95))} note={requests.success_rate === null ? "no request yet" : `${percent(requests.success_rate)} % of ${count(requests.window.total)} succeed`} />
    </dl>
  );
}

const split = (text: string): { value: string; unit: string } => {
  const [value = text, unit = ""] = text.split(" ");
  return { value, unit };
};

function Figure({ label, value, unit, note }: { label: string; value: string; unit: string; note: ComponentChildren }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}{unit && <small> {unit}</small>}</dd>
      <dd class="note">{note}</dd>
    </div>
  );
}
