import { Connection } from "./connection.ts";
import type { Viewers, ViewersOptions } from "./viewer_kinds.ts";

/** Results of {@link LiveViewers}. */
export interface LiveFigures {
  /** Pictures received by the reading viewers: the fewest by any one of them, and the total. */
  fewest: number;
  pictures: number;
  /** Mean bytes of pictures received per reading viewer, and mean bytes waiting per silent viewer. */
  read: number;
  waited: number;
  errors: string[];
}

/** How long the data waiting for a silent viewer is observed, in milliseconds. */
const readingTime = 500;

/** Viewers on WebSockets, some of which read nothing after the handshake. */
export class LiveViewers implements Viewers {
  readonly #options: ViewersOptions & { kind: "live" };
  #readers: Reader[] = [];
  #silent: Connection[] = [];

  constructor(options: ViewersOptions & { kind: "live" }) {
    this.#options = options;
  }

  async on(): Promise<void> {
    const { port, path, reading, silent } = this.#options;
    const url = `ws://127.0.0.1:${port}${path}/live`;
    this.#readers = Array.from({ length: reading }, () => new Reader(url));
    this.#silent = await Promise.all(Array.from({ length: silent }, () => shakeHands(port, `${path}/live`)));
    await Promise.all(this.#readers.map(({ there }) => there));
  }

  async off(): Promise<LiveFigures> {
    const waiting = await Promise.all(this.#silent.map(bytesWaiting));
    await Promise.all(this.#readers.map((reader) => reader.close()));
    const pictures = this.#readers.map((reader) => reader.pictures);
    return {
      fewest: Math.min(...pictures),
      pictures: total(pictures),
      read: total(this.#readers.map((reader) => reader.bytes)) / this.#readers.length,
      waited: total(waiting) / waiting.length,
      errors: this.#readers.flatMap(({ error }) => error ?? []),
    };
  }
}

/** Reads everything that arrives, and counts the pictures. */
class Reader {
  pictures = 0;
  bytes = 0;
  error: string | undefined;
  /** Resolves with the first message. */
  readonly there: Promise<void>;
  readonly #socket: WebSocket;
  readonly #gone: Promise<void>;
  #leaving = false;

  constructor(url: string) {
    const there = Promise.withResolvers<void>(), gone = Promise.withResolvers<void>();
    this.there = there.promise;
    this.#gone = gone.promise;
    this.#socket = new WebSocket(url);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onmessage = ({ data }) => {
      there.resolve();
      if (typeof data === "string") return;
      this.pictures++;
      this.bytes += data.byteLength;
    };
    this.#socket.onclose = ({ code, reason }) => {
      if (!this.#leaving) this.error = `a socket was closed: ${code} ${reason}`;
      there.resolve();
      gone.resolve();
    };
  }

  async close(): Promise<void> {
    this.#leaving = true;
    this.#socket.close();
    await this.#gone;
  }
}

async function shakeHands(port: number, path: string): Promise<Connection> {
  const connection = await Connection.open(port);
  await connection.sendHead(`GET ${path}`, {
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": btoa("sixteen bytes in"),
    "Sec-WebSocket-Version": "13",
  });
  return connection;
}

/** Reads what arrives within half a second, then leaves. */
async function bytesWaiting(connection: Connection): Promise<number> {
  const timer = setTimeout(() => connection.close(), readingTime);
  let bytes = 0;
  try {
    for (let count = await connection.skip(); count !== null; count = await connection.skip()) bytes += count;
  } catch {
    // Closed by the timer.
  }
  clearTimeout(timer);
  connection.close();
  return bytes;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
