/** Times and durations as text. */
import { NO_DATA } from "./number";

/** A duration in its largest sensible unit: "8 s", "4 min", "3 h", "2 d". */
export function seconds(value: number): string {
  const whole = Math.max(0, Math.round(value));
  if (whole < 100) return `${whole} s`;
  if (whole < 5400) return `${Math.round(whole / 60)} min`;
  if (whole < 129_600) return `${Math.round(whole / 3600)} h`;
  return `${Math.round(whole / 86_400)} d`;
}

/** How long ago, from two epoch millisecond values; a clock that runs ahead of ours reads "now". */
export function ago(atMs: number, nowMs: number): string {
  const age = (nowMs - atMs) / 1000;
  if (Number.isNaN(age)) return NO_DATA;
  return age < 1.5 ? "now" : `${seconds(age)} ago`;
}

const two = (value: number): string => String(value).padStart(2, "0");

/** Local wall clock time, "12:04:10". */
export function clock(atMs: number): string {
  const at = new Date(atMs);
  return Number.isNaN(atMs) ? NO_DATA : `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** Local date and time with the UTC offset, for titles: "2026-11-21 12:04:10 +01:00". */
export function stamp(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  const offset = -at.getTimezoneOffset();
  const zone = `${offset < 0 ? "-" : "+"}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${clock(at.getTime())} ${zone}`;
}
