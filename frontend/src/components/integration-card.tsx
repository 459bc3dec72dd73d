import type { Card } from "../api/types";
import { count, milliseconds } from "../format/number";
import { HEALTH } from "../format/words";
import { hrefOf } from "../state/route";
import { Ago } from "./ago";
import { BreakerList } from "./breaker-list";
import { Icon, kindIcon } from "./icon";
import { LimitBar } from "./limit-bar";
import { Pair } from "./pair";
import { StateWord } from "./shape";
import { Sparkline } from "./sparkline";
import { VerdictBars } from "./verdict-bars";

/** Everything about one integration at a glance; `arrivedMs` is when its numbers came, for the countdowns. */
export function IntegrationCard({ card, arrivedMs }: { card: Card; arrivedMs: number }) {
  const name = card.integration;
  return (
    <article class={`card edge-${card.state}`} data-testid={`card-${name}`} aria-labelledby={`label-${name}`}>
      <header>
        <Icon name={kindIcon(card.kind)} />
        <h3 id={`label-${name}`}><a href={hrefOf("integrations", { id: name })}>{card.label}</a></h3>
        <span class="kind">{card.kind}</span>
        <StateWord sign={HEALTH[card.state]} testId={`state-${name}`} />
      </header>
      <p class="reason" title={card.reason ?? undefined}>{card.reason ?? (card.window.total === 0 ? "no finished call in this window" : "nothing to report")}</p>
      <Pair card={card} />
      <VerdictBars verdicts={card.verdicts} />
      <Latency card={card} />
      <Sparkline series={card.series} name={name} />
      <BreakerList name={name} operations={card.operations} arrivedMs={arrivedMs} />
      <LimitBar limit={card.limit} />
      <Tallies card={card} />
      <LastProblem card={card} />
    </article>
  );
}

function Latency({ card }: { card: Card }) {
  const { p50, p95, p99 } = card.latency_ms;
  return (
    <dl class="four">
      <div><dt>p50</dt><dd>{milliseconds(p50)}</dd></div>
      <div class="strong"><dt>p95</dt><dd>{milliseconds(p95)}</dd></div>
      <div><dt>p99</dt><dd>{milliseconds(p99)}</dd></div>
      <div title="waiting for limits and between attempts, never part of the latency"><dt>wait p95</dt><dd>{milliseconds(card.waited_ms.p95)}</dd></div>
    </dl>
  );
}

function Tallies({ card }: { card: Card }) {
  return (
    <dl class="four">
      <div><dt>calls</dt><dd data-testid={`total-${card.integration}`}>{count(card.window.total)}</dd></div>
      <div title={`${card.attempts} attempts`}><dt>retries</dt><dd>{count(card.retries)}</dd></div>
      <div><dt>refused</dt><dd>{count(card.window.refused)}</dd></div>
      <div><dt>cancelled</dt><dd>{count(card.window.cancelled)}</dd></div>
    </dl>
  );
}

function LastProblem({ card }: { card: Card }) {
  const problem = card.last_problem;
  if (problem === null) return <p class="problem note">No problem seen</p>;
  return (
    <p class="problem" title={`${problem.error} in ${problem.operation}: ${problem.reason}`}>
      <span class="note">Last problem <Ago at={problem.at} /> in {problem.operation}</span>
      <span class="problem-text"><b>{problem.error}</b> {problem.reason}</span>
    </p>
  );
}
