/** Numbers as text: always with a unit, a dash for "no data", and never a rounding that hides a failure. */

export const NO_DATA = "–";

/** A percent value without its sign; 99.96 shows 99.9, since 100 must mean all of them. */
export function percent(value: number | null): string {
  if (value === null) return NO_DATA;
  if (value >= 100) return "100";
  if (value <= 0) return "0";
  return (Math.floor(value * 10) / 10).toFixed(1);
}

/** Milliseconds with three significant digits, from 1000 on in seconds. */
export function milliseconds(value: number | null): string {
  if (value === null) return NO_DATA;
  if (value >= 99_950) return `${Math.round(value / 1000)} s`;
  if (value >= 9_995) return `${(value / 1000).toFixed(1)} s`;
  if (value >= 999.5) return `${(value / 1000).toFixed(2)} s`;
  if (value >= 99.95) return `${Math.round(value)} ms`;
  if (value >= 0.05) return `${value.toFixed(1)} ms`;
  return "0 ms";
}

/** A count; from ten thousand on shortened ("12.3 k"), as an axis of digits cannot be read at a glance. */
export function count(value: number): string {
  if (value >= 999_950) return `${(value / 1_000_000).toFixed(1)} M`;
  if (value >= 10_000) return `${(value / 1000).toFixed(1)} k`;
  return String(value);
}

/** `plural(1, "call")` is "1 call", `plural(2, "call")` is "2 calls". */
export function plural(value: number, noun: string, nouns = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : nouns}`;
}
