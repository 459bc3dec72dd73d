import type { CardDetail, Card, Series } from "../api/types";
import { IntegrationCard } from "../components/integration-card";
import { SettingsTable } from "../components/settings-table";
import { count, milliseconds } from "../format/number";
import { clock, stamp } from "../format/time";
import { useResource } from "../state/details";
import type { Model } from "../state/fold";
import { hrefOf } from "../state/route";

/** One integration: its card, what went wrong by kind, its life so far, its configuration, its series as numbers. */
export function IntegrationDetail({ name, model }: { name: string; model: Model }) {
  const fetched = useResource<CardDetail>(`integration/${encodeURIComponent(name)}`);
  const card = model.metrics.integrations.find((known) => known.integration === name);
  return (
    <>
      <p class="crumbs"><a href={hrefOf("integrations")}>Integrations</a> / <span>{card?.label ?? name}</span></p>
      {fetched.problem && <p class="inline-problem">{fetched.problem}</p>}
      {card && (
        <div class="detail">
          <IntegrationCard card={card} arrivedMs={model.arrived[name] ?? performance.now()} />
          <div class="detail-side">
            <section class="panel tall">
              <header><h2>Configuration</h2></header>
              {fetched.data ? <SettingsTable values={fetched.data.configuration} /> : <p class="note padded">loading</p>}
            </section>
            <ErrorTable card={card} />
            <LifetimeTable card={card} />
            <SeriesTable series={card.series} />
          </div>
        </div>
      )}
    </>
  );
}

function ErrorTable({ card }: { card: Card }) {
  return (
    <section class="panel">
      <header><h2>Errors in this window</h2></header>
      {card.errors.length === 0 ? <p class="note padded">None.</p> : (
        <table class="settings"><tbody>{card.errors.map((error) => <tr key={error.type}><th scope="row" class="mono">{error.type}</th><td class="number">{count(error.count)}</td></tr>)}</tbody></table>
      )}
    </section>
  );
}

function LifetimeTable({ card }: { card: Card }) {
  const { since, ...counts } = card.lifetime;
  return (
    <section class="panel">
      <header><h2>Since {stamp(since)}</h2></header>
      <table class="settings"><tbody>{Object.entries(counts).map(([name, value]) => <tr key={name}><th scope="row">{name}</th><td class="number">{count(value)}</td></tr>)}</tbody></table>
    </section>
  );
}

/** The chart's numbers, for those who would rather read than see. */
function SeriesTable({ series }: { series: Series }) {
  const start = Date.parse(series.start);
  return (
    <details class="panel">
      <summary>Latency series as a table</summary>
      <div class="scroll">
        <table>
          <thead><tr><th>From</th><th class="number">Calls</th><th class="number">Failed</th><th class="number">Refused</th><th class="number">p50</th><th class="number">p95</th><th class="number">p99</th></tr></thead>
          <tbody>
            {series.total.map((total, index) => (
              <tr key={index}>
                <td>{clock(start + index * series.step_seconds * 1000)}</td><td class="number">{total}</td><td class="number">{series.failed[index]}</td><td class="number">{series.refused[index]}</td>
                <td class="number">{milliseconds(series.p50[index] ?? null)}</td><td class="number">{milliseconds(series.p95[index] ?? null)}</td><td class="number">{milliseconds(series.p99[index] ?? null)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
