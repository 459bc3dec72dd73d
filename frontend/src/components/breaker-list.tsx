import type { OperationCard } from "../api/types";
import { BREAKER, breakerNote } from "../format/words";
import { stamp } from "../format/time";
import { elapsedSeconds } from "../state/elapsed";
import { StateWord } from "./shape";

/** One line per operation: its breaker's state, and what will happen next. */
export function BreakerList({ name, operations, arrivedMs }: { name: string; operations: OperationCard[]; arrivedMs: number }) {
  const elapsed = elapsedSeconds(arrivedMs);
  return (
    <ul class="breakers" aria-label="Breakers">
      {operations.map(({ operation, breaker }) => (
        <li key={operation} data-testid={`breaker-${name}-${operation}`} data-state={breaker.state}>
          <span class="operation" title={operation}>{operation}</span>
          <span class="breaker" title={`${BREAKER[breaker.state].word} since ${stamp(breaker.since)}; opened ${breaker.trips} times`}>
            <StateWord sign={BREAKER[breaker.state]} />
            <span class="note">{breakerNote(breaker, elapsed)}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
