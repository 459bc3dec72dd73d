import { now } from "../state/store";
import { ago, stamp } from "../format/time";

/** Relative time that keeps itself current, with the absolute one on hover and focus. */
export function Ago({ at }: { at: string }) {
  return <time dateTime={at} title={stamp(at)}>{ago(Date.parse(at), now.value)}</time>;
}
