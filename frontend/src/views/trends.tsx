import type { Card, History } from "../api/types";
import { Sparkline } from "../components/sparkline";
import { count, milliseconds, percent } from "../format/number";
import { useResource } from "../state/details";
import type { Model } from "../state/fold";
import { hrefOf, route, setParams } from "../state/route";
import { now } from "../state/store";
import { seriesOf, trendWords } from "./trends-data";

const REFRESH_MS = 10_000;
const RANGES = [["24", "Day"], ["168", "Week"], ["720", "Month"]] as const;

/** How every integration did over days, from the roll-ups of the record. */
export function Trends({ model }: { model: Model }) {
  const hours = RANGES.find(([value]) => value === route.value.params["hours"])?.[0] ?? "24";
  return (
    <section class="panel" aria-labelledby="trends">
      <header class="filters">
        <h1 id="trends">Trends</h1>
        <div class="segmented" role="group" aria-label="Over">
          {RANGES.map(([value, word]) => <button key={value} class="small" aria-pressed={hours === value} onClick={() => setParams({ hours: value })}>{word}</button>)}
        </div>
      </header>
      <div class="scroll"><table class="trends">
        <thead><tr><th>Integration</th><th class="wide">Latency, failed and refused calls</th><th class="number">Calls</th><th class="number">Success</th><th class="number">p95</th><th>Trend</th></tr></thead>
        <tbody>{model.metrics.integrations.map((card) => <Row key={`${card.integration}-${hours}`} card={card} hours={Number(hours)} />)}</tbody>
      </table></div>
      <footer><span class="note">Until now; a trend compares the later half of the calls with the earlier one.</span></footer>
    </section>
  );
}

function Row({ card, hours }: { card: Card; hours: number }) {
  const name = card.integration;
  const { data, problem } = useResource<History>(`integration/${encodeURIComponent(name)}/history?hours=${hours}`, Math.floor(now.value / REFRESH_MS));
  return (
    <tr data-testid={`trend-${name}`}>
      <td class="nowrap"><a href={hrefOf("integrations", { id: name })}>{card.label}</a></td>
      <td class="wide">{problem ? <p class="inline-problem">{problem}</p> : data && data.buckets.length > 0 ? <Sparkline series={seriesOf(data, hours)} name={`trend-${name}`} /> : <span class="note">{data ? "no calls" : ""}</span>}</td>
      <td class="number">{data && count(data.total.total_calls)}</td>
      <td class="number nowrap">{data && data.total.success_rate !== null ? `${percent(data.total.success_rate)} %` : "–"}</td>
      <td class="number nowrap">{milliseconds(data ? data.total.latency_ms.p95 : null)}</td>
      <td class="nowrap">{data && trendWords(data)}</td>
    </tr>
  );
}
