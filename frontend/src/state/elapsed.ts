import { now } from "./store";

/** Seconds since `arrivedMs` on this page's monotonic clock; whoever asks is drawn again with every tick of the page's clock. */
export function elapsedSeconds(arrivedMs: number | undefined): number {
  void now.value;
  return arrivedMs === undefined ? 0 : Math.max(0, (performance.now() - arrivedMs) / 1000);
}
