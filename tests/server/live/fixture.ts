/** A server with only the live routes, and one dream whose news the test sends. */
import { Hono } from "hono";
import { parseParameters, type SomeParameters } from "../../../pipeline/settings/parameters.ts";
import type { DreamView } from "../../../server/dreams/dream.ts";
import { bodyOf } from "../../../server/errors.ts";
import { ReverieError } from "../../../pipeline/errors.ts";
import { LiveHub } from "../../../server/live/hub.ts";
import type { Answer, FrameNews, News } from "../../../server/live/news.ts";
import { liveRoutes, type LiveServices } from "../../../server/live/routes.ts";
import type { SightTimes } from "../../../server/live/sights.ts";
import type { RenderedPicture } from "../../../server/rendering/job.ts";

export const id = "0123456789abcdef0123456789abcdef";

export type Change = (
  id: string,
  parameters: SomeParameters,
) => Promise<{ frame: number | null; parameters: SomeParameters }>;

export interface Options extends SightTimes, Pick<LiveServices, "limit" | "stuckAfter" | "heartbeat"> {
  change?: Change;
}

export interface Live extends AsyncDisposable {
  hub: LiveHub;
  dream: DreamView;
  url: string;
  port: number;
}

/** Starts the server on a free port; it stops when it is disposed of. */
export function startLive({ change = accept, limit, stuckAfter, heartbeat, ...times }: Options = {}): Live {
  const hub = new LiveHub(times);
  const dream = someDream();
  const get = (wanted: string) => {
    if (wanted === id) return dream;
    throw new ReverieError("not_found", "there is no such dream");
  };
  hub.setStateSource(get);
  const routes = liveRoutes({
    hub,
    dreams: { get, change } as LiveServices["dreams"],
    ...(limit !== undefined && { limit }),
    ...(stuckAfter !== undefined && { stuckAfter }),
    ...(heartbeat !== undefined && { heartbeat }),
  });
  const app = new Hono().route("/api/dreams", routes);
  app.onError((error, context) => {
    if (!(error instanceof ReverieError)) throw error;
    return context.json({ error: bodyOf(error) }, error.status);
  });
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, app.fetch);
  const { port } = server.addr;
  return {
    hub,
    dream,
    port,
    url: `http://127.0.0.1:${port}/api/dreams/${id}`,
    async [Symbol.asyncDispose]() {
      hub.close();
      await server.shutdown();
    },
  };
}

function accept(_id: string, parameters: SomeParameters) {
  return Promise.resolve({ frame: 7, parameters });
}

function someDream(): DreamView {
  const path = `/api/dreams/${id}`;
  return {
    id,
    name: "clip.mp4",
    state: "running",
    created: "2026-01-01T00:00:00.000Z",
    given: {},
    parameters: parseParameters({}),
    changes: [],
    source: { width: 64, height: 48, duration: 1, frameRate: 30, audio: false, bytes: 1000 },
    progress: { frames: 0 },
    links: { self: path, live: `${path}/live`, events: `${path}/events`, source: `${path}/source` },
  };
}

/** The news of a frame of a clip at 30 frames per second. */
export function frameNews(index: number): FrameNews {
  return {
    type: "frame",
    index,
    pts: index / 30,
    frames: index + 1,
    seconds: index,
    fps: 1,
    loss: 0.5,
    motion: 1,
    visible: 0.9,
  };
}

/** A picture whose first bytes contain its frame index. */
export function picture(index: number, bytes = 8, more: Partial<RenderedPicture> = {}): RenderedPicture {
  const dreamed = new Uint8Array(bytes);
  new DataView(dreamed.buffer).setUint32(0, index);
  return { index, pts: index / 30, dreamed, ...more };
}

/**
 * A client that records what it receives in short form: the type of news with the frame's index, or the
 * picture's.
 */
export class Client {
  readonly heard: string[] = [];
  readonly messages: (News | Answer)[] = [];
  readonly closed: Promise<CloseEvent>;
  readonly socket: WebSocket;
  #changed = Promise.withResolvers<void>();

  constructor(url: string) {
    this.socket = new WebSocket(`${url.replace("http", "ws")}/live`);
    this.socket.binaryType = "arraybuffer";
    this.closed = new Promise((resolve) =>
      this.socket.onclose = (event) => {
        this.#tellChanged();
        resolve(event);
      }
    );
    this.socket.onmessage = ({ data }) => this.#hear(data);
  }

  #hear(data: string | ArrayBuffer): void {
    if (typeof data === "string") {
      const message: News | Answer = JSON.parse(data);
      this.messages.push(message);
      this.heard.push(message.type === "frame" ? `frame ${message.index}` : message.type);
    } else this.heard.push(`picture ${new DataView(data).getUint32(0)}`);
    this.#tellChanged();
  }

  #tellChanged(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** Waits until the given number of messages have arrived, or the socket has closed. */
  async until(count: number): Promise<string[]> {
    while (this.heard.length < count && this.socket.readyState !== WebSocket.CLOSED) {
      await this.#changed.promise;
    }
    return this.heard;
  }

  async close(): Promise<void> {
    this.socket.close();
    await this.closed;
  }
}

/** A socket that completes the handshake and never reads. */
export async function neverReads(port: number): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ port, hostname: "127.0.0.1" });
  const request = [
    `GET /api/dreams/${id}/live HTTP/1.1`,
    "Host: localhost",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
    "\r\n",
  ].join("\r\n");
  await connection.write(new TextEncoder().encode(request));
  return connection;
}

/** Waits until a condition holds, for a minute at most. */
export async function until(holds: () => boolean, seconds = 60): Promise<void> {
  for (let waited = 0; !holds(); waited += 10) {
    if (waited > seconds * 1000) throw new Error(`did not come true in ${seconds} s: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
