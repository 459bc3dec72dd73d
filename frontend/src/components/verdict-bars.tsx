import type { Card } from "../api/types";
import { count } from "../format/number";
import { Shape } from "./shape";
import type { ShapeName, Tone } from "../format/words";

const PARTS: { key: keyof Card["verdicts"]; word: string; tone: Tone; shape: ShapeName }[] = [
  { key: "pass", word: "pass", tone: "ok", shape: "check" },
  { key: "warn", word: "warn", tone: "warn", shape: "bang" },
  { key: "fail", word: "fail", tone: "bad", shape: "cross" },
  { key: "not_judged", word: "not judged", tone: "off", shape: "ring" },
];

/** The validator's verdicts as one divided bar with its legend; verdicts that did not occur are left out. */
export function VerdictBars({ verdicts }: { verdicts: Card["verdicts"] }) {
  const present = PARTS.filter((part) => verdicts[part.key] > 0);
  const total = present.reduce((sum, part) => sum + verdicts[part.key], 0);
  const words = present.map((part) => `${verdicts[part.key]} ${part.word}`).join(", ");
  return (
    <div class="verdicts">
      <div class="divided" role="img" aria-label={total === 0 ? "no verdicts yet" : `verdicts: ${words}`}>
        {present.map((part) => <i key={part.key} class={`tone-${part.tone} fill-${part.key}`} style={{ flexGrow: verdicts[part.key] }} />)}
      </div>
      <div class="verdict-legend" aria-hidden="true">
        {total === 0 && <span>no verdicts yet</span>}
        {present.map((part) => <span key={part.key} class={`tone-${part.tone}`}><Shape name={part.shape} />{count(verdicts[part.key])} {part.word}</span>)}
      </div>
    </div>
  );
}
