/** One socket connection: opens, hands on parsed frames, tells once that it ended. */
import { socketUrl } from "./base";
import { readToken } from "./token";
import type { Frame } from "./types";

/** The server answers with this subprotocol; the token rides beside it and is never echoed. */
const PROTOCOL = "holdfast.v1";

export interface SocketEvents {
  frame(frame: Frame): void;
  /** Called once, also when the connection could not be made. */
  ended(): void;
}

export class LiveSocket {
  private readonly socket: WebSocket | null;

  constructor(private readonly events: SocketEvents) {
    this.socket = this.open();
  }

  /** Asks the server for a complete picture. */
  requestSnapshot(): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send('{"type":"snapshot"}');
  }

  /** Ends the connection without a further event. */
  close(): void {
    if (this.socket === null) return;
    this.socket.onmessage = this.socket.onclose = null;
    this.socket.close();
  }

  private open(): WebSocket | null {
    try {
      const token = readToken();
      const socket = token ? new WebSocket(socketUrl(), [PROTOCOL, `holdfast.bearer.${token}`]) : new WebSocket(socketUrl());
      socket.onmessage = (message) => this.received(message.data);
      socket.onclose = () => this.events.ended();
      return socket;
    } catch {
      // a token with characters that no subprotocol may hold: polling still works
      queueMicrotask(() => this.events.ended());
      return null;
    }
  }

  private received(data: unknown): void {
    if (typeof data !== "string") return;
    let frame: unknown;
    try {
      frame = JSON.parse(data);
    } catch {
      return;
    }
    if (typeof frame === "object" && frame !== null && "type" in frame) this.events.frame(frame as Frame);
  }
}
