import type { Card, FaultKind, Scenario, Scenarios } from "../api/types";
import { count } from "../format/number";
import { endOutage, outageProblem, scenarios, startOutage } from "../state/outages";
import { Icon } from "./icon";
import { Shape } from "./shape";

/** Buttons that break a provider on purpose; there only while a simulator stands behind the application. */
export function OutagePanel({ cards }: { cards: Card[] }) {
  const known = scenarios.value;
  if (known === null) return null;
  const labels = new Map(cards.map((card) => [card.integration, card.label]));
  return (
    <section class="panel outages" aria-labelledby="outages">
      <header>
        <h2 id="outages"><Icon name="bolt" /> Cause an outage</h2>
        <p class="note">These providers are simulated: break one and watch it be noticed, contained and ended.</p>
      </header>
      {outageProblem.value && <p class="inline-problem" role="alert">{outageProblem.value}</p>}
      {Object.entries(known.providers).map(([provider, { scenario, faulted }]) => (
        <ProviderRow key={provider} provider={provider} label={labels.get(provider) ?? provider} scenario={scenario} faulted={faulted} faults={faultsOf(known, provider)} />
      ))}
    </section>
  );
}

const faultsOf = (known: Scenarios, provider: string): FaultKind[] =>
  known.kinds.filter((fault) => fault.providers.includes(provider));

interface RowProps {
  provider: string;
  label: string;
  scenario: Scenario | null;
  faulted: number;
  faults: FaultKind[];
}

function ProviderRow({ provider, label, scenario, faulted, faults }: RowProps) {
  return (
    <div class={`outage-row ${scenario ? "active" : ""}`} role="group" aria-label={`Outages of ${label}`}>
      <span class="outage-name">{label}</span>
      <div class="outage-kinds">
        {faults.map((fault) => {
          const active = scenario?.kind === fault.kind;
          return (
            <button key={fault.kind} class="small" aria-pressed={active} data-testid={`outage-${provider}-${fault.kind}`} onClick={() => void startOutage(provider, fault)}>
              {active && <Shape name="octagon" />}
              {fault.title}
            </button>
          );
        })}
      </div>
      {scenario && (
        <span class="outage-end">
          <span class="note">{count(faulted)} faulted</span>
          <button class="small primary" data-testid={`end-outage-${provider}`} onClick={() => void endOutage(provider)}>End outage</button>
        </span>
      )}
    </div>
  );
}
