/** A viewer on server-sent events (WHATWG HTML, section 9.2): `curl -N`, or an EventSource. */
import type { DreamView } from "../dreams/dream.ts";
import { isEnd } from "./hub.ts";
import type { News } from "./news.ts";
import type { Shot, Subscriber } from "./subscriber.ts";

/** Id of the last event of an ended dream; a client that reconnects with it has everything. */
export const lastEventId = "end";

/** Options of an {@link EventStream}. */
export interface EventStreamOptions {
  /** Milliseconds between comments that keep the connection alive; default 15 s. */
  heartbeat?: number;
  /** Milliseconds after which a reader that takes nothing is disconnected; default 30 s. */
  stuckAfter?: number;
  /** Called once, when the reader has left, was disconnected, or has received everything. */
  onGone?: () => void;
  /** Called once, when the connection is free again. */
  onFree?: () => void;
}

/** Maximum number of characters that wait for a reader; a slower reader is disconnected. */
const mostWaiting = 1024 * 1024;
/** Delay before an EventSource reconnects after an interruption, in milliseconds. */
const retry = 2000;

const encoder = new TextEncoder();
const heartbeat = encoder.encode(": still here\n\n");

interface Event {
  text: string;
  frame: boolean;
}

/**
 * News as a byte stream, written only as fast as it is read. Of the waiting frames only the newest is kept;
 * all other news are kept in order.
 */
export class EventStream implements Subscriber {
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly #options: EventStreamOptions;
  #events: Event[] = [{ text: `retry: ${retry}\n\n`, frame: false }];
  #held = 0;
  #number = 0;
  #lastIndex = -1;
  #ended = false;
  #gone = false;
  /** Set while the reader waits for more. */
  #wake: ((chunk?: Uint8Array<ArrayBuffer>) => void) | undefined;
  #taken = performance.now();
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(options: EventStreamOptions = {}) {
    this.#options = options;
    this.body = new ReadableStream({
      pull: (controller) => this.#pull(controller),
      cancel: () => {
        this.#leave();
        options.onFree?.();
      },
    }, { highWaterMark: 0 });
    this.#timer = setInterval(() => this.#beat(), options.heartbeat ?? 15_000);
  }

  get held(): number {
    return this.#held;
  }

  news(text: string, news: News): void {
    this.#add({ text: this.#event(news.type, text, isLast(news)), frame: false });
  }

  frame({ index, news, jpeg }: Shot): void {
    if (jpeg && index <= this.#lastIndex) return;
    this.#lastIndex = index;
    const waiting = this.#events.findIndex(({ frame }) => frame);
    if (waiting >= 0) this.#held -= this.#events.splice(waiting, 1)[0]!.text.length;
    this.#add({ text: this.#event("frame", news, false), frame: true });
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  #event(type: string, data: string, last: boolean): string {
    return `event: ${type}\nid: ${last ? lastEventId : ++this.#number}\ndata: ${data}\n\n`;
  }

  #add(event: Event): void {
    if (this.#gone) return;
    if (this.#events.length === 0) this.#taken = performance.now();
    this.#events.push(event);
    this.#held += event.text.length;
    if (this.#held > mostWaiting) this.#leave();
    else this.#wake?.();
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>): Promise<void> {
    const chunk = this.#take() ?? await this.#wait();
    if (chunk) return controller.enqueue(chunk);
    this.#leave();
    controller.close();
    this.#options.onFree?.();
  }

  /** Takes all waiting events as one chunk. */
  #take(): Uint8Array<ArrayBuffer> | undefined {
    if (this.#events.length === 0) return undefined;
    const text = this.#events.map(({ text }) => text).join("");
    this.#events = [];
    this.#held = 0;
    return encoder.encode(text);
  }

  /** Waits for the next chunk; undefined at the end. */
  async #wait(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (this.#ended || this.#gone) return undefined;
    const { promise, resolve } = Promise.withResolvers<Uint8Array<ArrayBuffer> | undefined>();
    this.#wake = resolve;
    const chunk = await promise;
    this.#wake = undefined;
    return chunk ?? this.#take();
  }

  #beat(): void {
    if (this.#wake) return this.#wake(heartbeat);
    const stuck = this.#events.length > 0 &&
      performance.now() - this.#taken > (this.#options.stuckAfter ?? 30_000);
    if (stuck) this.#leave();
  }

  /** Drops all waiting events; a reader that continues finds the end of the stream. */
  #leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#events = [];
    this.#held = 0;
    clearInterval(this.#timer);
    this.#wake?.();
    this.#options.onGone?.();
  }
}

function isLast(news: News): boolean {
  if (news.type === "state") return isEnd((news.dream as DreamView).state);
  return news.type === "done" || news.type === "error";
}
