import type { Card } from "../api/types";
import { StateWord } from "../components/shape";
import { count, milliseconds, percent } from "../format/number";
import { BREAKER, breakerNote, HEALTH } from "../format/words";
import { elapsedSeconds } from "../state/elapsed";
import { arrange, ranked } from "../state/order";
import type { Model } from "../state/fold";
import { hrefOf, route } from "../state/route";
import { IntegrationDetail } from "./integration-detail";

/** Every operation of every integration in one table, or one integration in full. */
export function Integrations({ model }: { model: Model }) {
  const id = route.value.params["id"];
  if (id) return <IntegrationDetail name={id} model={model} />;
  const cards = arrange(model.metrics.integrations, ranked(model.metrics.integrations));
  return (
    <section class="panel" aria-labelledby="integrations">
      <header><h1 id="integrations">Integrations</h1></header>
      {cards.length === 0 ? <p class="note padded">Nothing is guarded yet.</p> : <OperationTable cards={cards} model={model} />}
    </section>
  );
}

function OperationTable({ cards, model }: { cards: Card[]; model: Model }) {
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr><th>Integration</th><th>State</th><th>Operation</th><th>Breaker</th><th class="number">Calls</th><th class="number">Failed</th><th class="number">Refused</th><th class="number">Succeed</th><th class="number">Valid</th><th class="number">p50</th><th class="number">p95</th><th class="number">p99</th></tr>
        </thead>
        <tbody>{cards.flatMap((card) => rowsOf(card, model))}</tbody>
      </table>
    </div>
  );
}

function rowsOf(card: Card, model: Model) {
  const elapsed = elapsedSeconds(model.arrived[card.integration]);
  if (card.operations.length === 0) return [<UncalledRow key={card.integration} card={card} />];
  return card.operations.map((operation, index) => (
    <tr key={`${card.integration} ${operation.operation}`} class={index === 0 ? "first" : "further"}>
      <td class="nowrap">{index === 0 && <a href={hrefOf("integrations", { id: card.integration })}>{card.label}</a>}</td>
      <td>{index === 0 && <StateWord sign={HEALTH[card.state]} />}</td>
      <td class="mono nowrap">{operation.operation}</td>
      <td class="nowrap"><StateWord sign={BREAKER[operation.breaker.state]} /> <span class="note">{breakerNote(operation.breaker, elapsed)}</span></td>
      <td class="number">{count(operation.window.total)}</td>
      <td class="number">{count(operation.window.failed)}</td>
      <td class="number">{count(operation.window.refused)}</td>
      <td class="number">{percent(operation.success_rate)}{operation.success_rate !== null && " %"}</td>
      <td class="number">{percent(operation.meaning_rate)}{operation.meaning_rate !== null && " %"}</td>
      <td class="number nowrap">{milliseconds(operation.latency_ms.p50)}</td>
      <td class="number nowrap">{milliseconds(operation.latency_ms.p95)}</td>
      <td class="number nowrap">{milliseconds(operation.latency_ms.p99)}</td>
    </tr>
  ));
}

/** An integration is in the table from the start: one that is not called may be what is wrong. */
function UncalledRow({ card }: { card: Card }) {
  return (
    <tr class="first">
      <td class="nowrap"><a href={hrefOf("integrations", { id: card.integration })}>{card.label}</a></td>
      <td><StateWord sign={HEALTH[card.state]} /></td>
      <td class="note" colSpan={10}>{card.reason ?? "not called yet"}</td>
    </tr>
  );
}
