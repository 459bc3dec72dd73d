/** Keeps the model fresh: socket first, polling while the socket is refused, nothing at all while the tab is hidden. */
import { LiveSocket } from "../api/socket";
import type { Frame } from "../api/types";
import { backoffMs } from "./backoff";
import { fold } from "./fold";
import { LagMeter } from "./lag";
import { poll, POLL_MS } from "./polling";
import { aheadMs, incoming, link, show } from "./store";

/** The server says something every 15 s; after this long a silent socket counts as dead. */
const SILENCE_MS = 22_000;

export class Connection {
  private socket: LiveSocket | null = null;
  private meter = new LagMeter();
  private failures = 0;
  private asked = false;
  private retryTimer = 0;
  private silenceTimer = 0;
  private pollTimer = 0;

  /** Connects, and from then on follows the visibility of the tab. */
  start(): void {
    document.addEventListener("visibilitychange", this.visibilityChanged);
    this.connect();
  }

  stop(): void {
    document.removeEventListener("visibilitychange", this.visibilityChanged);
    this.disconnect();
  }

  /** Starts anew at once, for example with a token just pasted. */
  restart(): void {
    this.disconnect();
    this.failures = 0;
    this.connect();
  }

  private readonly visibilityChanged = (): void => {
    if (document.hidden) this.disconnect();
    else this.restart();
  };

  private connect(): void {
    this.meter = new LagMeter();
    this.asked = false;
    this.socket = new LiveSocket({ frame: (frame) => this.received(frame), ended: () => void this.ended() });
    this.watchSilence();
  }

  private disconnect(): void {
    this.socket?.close();
    this.socket = null;
    clearTimeout(this.retryTimer);
    clearTimeout(this.silenceTimer);
    this.stopPolling();
  }

  private received(frame: Frame): void {
    this.watchSilence();
    const folded = fold(incoming.value, frame, performance.now());
    if (folded.gap && !this.asked) this.socket?.requestSnapshot();
    this.asked = folded.gap;
    if (folded.model === null || folded.gap) return;
    this.failures = 0;
    this.stopPolling();
    this.meter.saw(Date.parse(frame.at), Date.now());
    aheadMs.value = this.meter.aheadMs;
    this.tellLag();
    if (folded.model !== incoming.value) {
      incoming.value = folded.model;
      show();
    }
  }

  private tellLag(): void {
    const lagSeconds = Math.round(this.meter.seconds);
    const before = link.value;
    if (before.kind !== "live" || before.lagSeconds !== lagSeconds) link.value = { kind: "live", lagSeconds };
  }

  private async ended(): Promise<void> {
    this.disconnect();
    if (link.value.kind === "live") link.value = { kind: "reconnecting" };
    const attempt = this.failures++;
    // A socket that fails at once may be forbidden or only blocked by a proxy: the API knows which.
    const polled = attempt > 0 || incoming.value === null ? await poll() : false;
    if (document.hidden || this.socket !== null) return;
    if (polled) this.keepPolling();
    if (link.value.kind === "unauthorised") return;
    this.retryTimer = window.setTimeout(() => this.connect(), Math.max(polled ? POLL_MS : 0, backoffMs(attempt)));
  }

  private keepPolling(): void {
    this.pollTimer = window.setTimeout(async () => {
      const polled = await poll();
      if (polled && this.pollTimer !== 0) this.keepPolling();
      else if (!polled) this.restart();
    }, POLL_MS);
  }

  private stopPolling(): void {
    clearTimeout(this.pollTimer);
    this.pollTimer = 0;
  }

  private watchSilence(): void {
    clearTimeout(this.silenceTimer);
    this.silenceTimer = window.setTimeout(() => void this.ended(), SILENCE_MS);
  }
}

/** The page's one connection. */
export const connection = new Connection();
