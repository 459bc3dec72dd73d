import { aheadMs, now } from "../state/store";
import { ago, stamp } from "../format/time";

/** Relative time by the server's clock that keeps itself current, with the absolute one on hover and focus. */
export function Ago({ at }: { at: string }) {
  return <time dateTime={at} title={stamp(at)}>{ago(Date.parse(at), now.value - aheadMs.value)}</time>;
}
