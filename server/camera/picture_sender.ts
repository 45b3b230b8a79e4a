/** Sends pictures to a client that may read slowly. */
import type { FrameMessage } from "./protocol.ts";

/** The part of a WebSocket used for sending. */
export type Outlet = Pick<WebSocket, "send" | "bufferedAmount" | "readyState">;

/** How often to check whether the client has read more, in milliseconds. */
const interval = 20;

interface Waiting {
  message: Omit<FrameMessage, "dropped">;
  jpeg: Uint8Array<ArrayBuffer>;
}

/**
 * Sends only the newest dreamed picture: while about two pictures are unread, the next one waits, and a newer
 * one replaces it.
 */
export class PictureSender {
  readonly #socket: Outlet;
  #waiting: Waiting | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dropped = 0;
  #droppedBefore = 0;

  constructor(socket: Outlet) {
    this.#socket = socket;
  }

  /**
   * Sends a picture, now or once there is room. `droppedBefore` counts pictures dropped before they got here.
   */
  send(message: Omit<FrameMessage, "dropped">, jpeg: Uint8Array<ArrayBuffer>, droppedBefore: number): void {
    if (this.#waiting) this.#dropped++;
    this.#waiting = { message, jpeg };
    this.#droppedBefore = droppedBefore;
    this.#flush();
  }

  /** Drops the waiting picture. */
  close(): void {
    this.#waiting = undefined;
    clearTimeout(this.#timer);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    if (!this.#waiting || this.#socket.readyState !== WebSocket.OPEN) return;
    const { message, jpeg } = this.#waiting;
    if (this.#socket.bufferedAmount > 2 * jpeg.length) {
      this.#timer = setTimeout(() => this.#flush(), interval);
      return;
    }
    this.#waiting = undefined;
    const told: FrameMessage = { ...message, dropped: this.#droppedBefore + this.#dropped };
    this.#socket.send(JSON.stringify(told));
    this.#socket.send(jpeg);
  }
}
