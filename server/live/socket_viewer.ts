/** A viewer on a WebSocket: news as text, pictures as binary messages. */
import type { News } from "./news.ts";
import type { Ending, Shot, Subscriber } from "./subscriber.ts";

/** The part of a socket that a viewer needs. */
export type ViewerSocket = Pick<WebSocket, "readyState" | "bufferedAmount" | "send" | "close">;

/** Options of a {@link SocketViewer}. */
export interface SocketViewerOptions {
  /** Milliseconds after which a socket that takes nothing is closed; default 30 s. */
  stuckAfter?: number;
  /** Called once, when the viewer has given up. */
  onStuck?: () => void;
}

/** Bytes that may always wait in the socket before frames are skipped; small pictures need no such care. */
const room = 64 * 1024;
/** Maximum bytes of waiting news other than frames; a slower client is disconnected. */
const mostNews = 1024 * 1024;
/** How often to check a lagging socket, in milliseconds; there is no event for "drained". */
const lookEvery = 50;

/**
 * Sends what the socket can take. While more than one picture waits in the socket, newer frames wait here,
 * each replacing the one before: a client that never reads costs two pictures, and when it reads again it
 * sees the newest. A picture always follows the news of its own frame.
 */
export class SocketViewer implements Subscriber {
  readonly #socket: ViewerSocket;
  readonly #options: SocketViewerOptions;
  #news: Shot | undefined;
  #picture: Shot | undefined;
  /** Index of the frame whose news was sent last, unless other news came in between. */
  #told: number | undefined;
  #room = room;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** Bytes waiting in the socket at the last check; `#moved` is when they last decreased. */
  #level = 0;
  #moved = performance.now();
  #over = false;

  constructor(socket: ViewerSocket, options: SocketViewerOptions = {}) {
    this.#socket = socket;
    this.#options = options;
  }

  get held(): number {
    return this.#socket.bufferedAmount;
  }

  news(text: string, news: News): void {
    if (news.type === "done" || news.type === "error") this.#flush(true);
    this.tell(text);
  }

  /** Sends a text to this client only. */
  tell(text: string): void {
    this.#send(text);
    this.#told = undefined;
    if (this.#socket.bufferedAmount > 2 * this.#room + mostNews) this.#giveUp();
  }

  frame(shot: Shot): void {
    if (this.#over) return;
    if (shot.jpeg) {
      this.#picture = shot;
      this.#room = Math.max(room, shot.jpeg.byteLength);
    } else this.#news = shot;
    this.#flush();
  }

  end({ code, reason }: Ending): void {
    if (this.#over) return;
    this.#flush(true);
    this.stop();
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.close(code, reason);
  }

  /** Drops what waits and stops checking; call it when the socket has closed. */
  stop(): void {
    this.#over = true;
    this.#news = this.#picture = undefined;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  get #lags(): boolean {
    return this.#socket.bufferedAmount > this.#room;
  }

  /** Sends what waits if there is room; at the end the news of the last frame is sent in any case. */
  #flush(ending = false): void {
    if (!this.#lags && this.#picture) this.#sendPicture(this.#picture);
    const news = this.#news;
    if (!news || (this.#lags && !ending)) return this.#watch();
    this.#news = undefined;
    this.#send(news.news);
    this.#told = news.index;
  }

  #sendPicture({ index, news, jpeg }: Shot): void {
    this.#picture = undefined;
    if (this.#news && this.#news.index <= index) this.#news = undefined;
    if (this.#told !== index) this.#send(news);
    this.#send(jpeg!);
    this.#told = index;
  }

  #send(data: string | Uint8Array<ArrayBuffer>): void {
    if (this.#over || this.#socket.readyState !== WebSocket.OPEN) return;
    this.#look();
    this.#socket.send(data);
    this.#level = this.#socket.bufferedAmount;
    this.#watch();
  }

  /** Checks the socket from time to time while something waits. */
  #watch(): void {
    if (this.#over || this.#timer !== undefined || this.#socket.bufferedAmount === 0) return;
    this.#timer = setInterval(() => this.#tick(), lookEvery);
  }

  #tick(): void {
    this.#look();
    if (performance.now() - this.#moved > (this.#options.stuckAfter ?? 30_000)) return this.#giveUp();
    this.#flush();
    if (this.#socket.bufferedAmount > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const waiting = this.#socket.bufferedAmount;
    if (waiting === 0 || waiting < this.#level) this.#moved = performance.now();
    this.#level = waiting;
  }

  #giveUp(): void {
    if (this.#over) return;
    this.stop();
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.close(1008, "the client does not read");
    this.#options.onStuck?.();
  }
}
