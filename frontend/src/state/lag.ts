/** How far the page is behind the server, measured without trusting that both clocks agree. */

const NETWORK_MS = 2000;

export class LagMeter {
  private fastestMs = Infinity;
  private latestMs = 0;

  /** Takes the server's stamp of a frame and the local time of its arrival, both epoch milliseconds. */
  saw(sentMs: number, arrivedMs: number): void {
    const delay = arrivedMs - sentMs;
    if (Number.isNaN(delay)) return;
    this.fastestMs = Math.min(this.fastestMs, delay);
    this.latestMs = delay;
  }

  /** Milliseconds by which our clock is ahead of the server's; what a slow network explains is none. */
  get aheadMs(): number {
    return this.fastestMs === Infinity || Math.abs(this.fastestMs) < NETWORK_MS ? 0 : this.fastestMs;
  }

  /** Seconds by which the latest frame was later than the fastest one: clock difference cancels out. */
  get seconds(): number {
    return this.fastestMs === Infinity ? 0 : (this.latestMs - this.fastestMs) / 1000;
  }
}
