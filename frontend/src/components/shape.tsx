/** State marks: each state has its own outline, so that it is known without colour. */
import type { JSX } from "preact";
import type { ShapeName, Sign } from "../format/words";

const stroke = { fill: "none", stroke: "currentColor", "stroke-width": 2, "stroke-linecap": "round", "stroke-linejoin": "round" } as const;

const PATHS: Record<ShapeName, JSX.Element> = {
  disc: <circle cx="8" cy="8" r="5.5" fill="currentColor" />,
  ring: <circle cx="8" cy="8" r="5" {...stroke} stroke-dasharray="2.6 2.6" stroke-linecap="butt" />,
  triangle: <path d="M8 2 14.5 13.5h-13z" fill="currentColor" />,
  octagon: <path d="M5.4 1.5h5.2l3.9 3.9v5.2l-3.9 3.9H5.4l-3.9-3.9V5.4zM5.3 5.3l5.4 5.4m0-5.4-5.4 5.4" fill="currentColor" stroke="var(--surface)" stroke-width="1.8" stroke-linecap="round" paint-order="fill" />,
  half: <g><circle cx="8" cy="8" r="5" {...stroke} /><path d="M8 3a5 5 0 0 1 0 10z" fill="currentColor" /></g>,
  square: <rect x="2.5" y="2.5" width="11" height="11" rx="1.5" {...stroke} />,
  lock: <path d="M5 7V5a3 3 0 0 1 6 0v2M3.5 7h9v6.5h-9z" {...stroke} />,
  check: <path d="M3 8.5 6.5 12 13 4.5" {...stroke} />,
  cross: <path d="m4 4 8 8m0-8-8 8" {...stroke} stroke-width="2.4" />,
  bang: <path d="M8 2.5V9m0 4v.1" {...stroke} stroke-width="2.6" />,
  bar: <path d="M3.5 8h9" {...stroke} />,
  run: <path d="M5 3.2v9.6L13 8z" {...stroke} />,
};

export function Shape({ name }: { name: ShapeName }) {
  return <svg class="shape" viewBox="0 0 16 16" aria-hidden="true">{PATHS[name]}</svg>;
}

/** Shape and word together, in the state's colour. */
export function StateWord({ sign, testId }: { sign: Sign; testId?: string }) {
  return (
    <span class={`state tone-${sign.tone}`} data-testid={testId}>
      <Shape name={sign.shape} />
      {sign.word}
    </span>
  );
}
