import type { Card } from "../api/types";
import { percent, plural } from "../format/number";
import { HEALTH, type Tone } from "../format/words";

/** The signature of the page: did the calls come back, and did what came back mean anything? */
export function Pair({ card }: { card: Card }) {
  const { window, verdicts, integration } = card;
  // The server says what is bad; the page only marks which of the two numbers is short of all.
  const toneOf = (value: number | null): Tone | "plain" => (value === null ? "off" : value < 100 && card.state !== "healthy" ? HEALTH[card.state].tone : "plain");
  return (
    <dl class="pair">
      <Rate label="Calls succeed" value={card.success_rate} tone={toneOf(card.success_rate)} testId={`success-${integration}`}
        note={window.total === 0 ? "no finished call" : window.failed === 0 ? `all of ${plural(window.total, "call")}` : `${window.failed} of ${plural(window.total, "call")} failed`} />
      <Rate label="Answers valid" value={card.meaning_rate} tone={toneOf(card.meaning_rate)} testId={`meaning-${integration}`}
        note={card.judged === 0 ? "no judged answer" : verdicts.fail === 0 ? `all of ${card.judged} judged` : `${verdicts.fail} of ${card.judged} judged rejected`} />
    </dl>
  );
}

interface RateProps {
  label: string;
  value: number | null;
  tone: Tone | "plain";
  note: string;
  testId: string;
}

function Rate({ label, value, tone, note, testId }: RateProps) {
  return (
    <div>
      <dt>{label}</dt>
      <dd class={`rate tone-${tone}`}>
        <span data-testid={testId}>{percent(value)}</span>
        {value !== null && <small> %</small>}
      </dd>
      <dd class="note">{note}</dd>
    </div>
  );
}
