import { useRef, useState } from "preact/hooks";
import { arrange, ranked } from "../state/order";
import type { Model } from "../state/fold";
import { IntegrationCard } from "./integration-card";

/** All cards, worst first; while the pointer or the focus is among them, none changes its place. */
export function CardGrid({ model }: { model: Model }) {
  const [hovered, setHovered] = useState(false);
  const [focused, setFocused] = useState(false);
  const order = useRef<string[]>([]);
  const cards = model.metrics.integrations;
  if (!hovered && !focused) order.current = ranked(cards);
  return (
    <div class="cards" onPointerEnter={() => setHovered(true)} onPointerLeave={() => setHovered(false)}
      onFocusIn={() => setFocused(true)} onFocusOut={() => setFocused(false)}>
      {arrange(cards, order.current).map((card) => (
        <IntegrationCard key={card.integration} card={card} arrivedMs={model.arrived[card.integration] ?? performance.now()} />
      ))}
    </div>
  );
}
