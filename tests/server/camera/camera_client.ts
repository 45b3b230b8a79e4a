/** A server with the camera's route, and a client for it. */
import { Hono } from "hono";
import sharp from "sharp";
import type { SomeParameters } from "../../../pipeline/settings/parameters.ts";
import { type CameraOptions, cameraRoute } from "../../../server/camera/camera.ts";
import type { ServerMessage } from "../../../server/camera/protocol.ts";
import { ReverieError } from "../../../pipeline/errors.ts";
import { Renderer } from "../../../server/rendering/renderer.ts";
import { until } from "../rendering/jobs.ts";
import { bodyOf } from "../../../server/errors.ts";
import { smallNetwork } from "../../small_network.ts";

export const quickSettings: SomeParameters = {
  imageSize: 64,
  flowSize: 64,
  ...smallNetwork,
  octaves: 1,
  firstIterations: 1,
  octaveIterations: 1,
};

/** A picture with a bright bar at `x`. */
export async function bar(x: number, width = 160, height = 120): Promise<Uint8Array<ArrayBuffer>> {
  const data = new Uint8Array(width * height * 3).fill(60);
  for (let i = 0; i < width * height; i++) if (Math.abs(i % width - x) < 10) data.fill(200, 3 * i, 3 * i + 3);
  return new Uint8Array(await sharp(data, { raw: { width, height, channels: 3 } }).jpeg().toBuffer());
}

/** Calls with the URL of a server with a camera, and closes both afterwards. */
export async function withCamera(
  work: (url: string, renderer: Renderer) => Promise<void>,
  options: CameraOptions = {},
): Promise<void> {
  const renderer = new Renderer();
  const app = new Hono();
  app.onError((error, c) =>
    error instanceof ReverieError ? c.json({ error: bodyOf(error) }, error.status) : c.text("", 500)
  );
  app.get("/api/camera", cameraRoute(renderer, options));
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, app.fetch);
  try {
    await work(`ws://127.0.0.1:${server.addr.port}/api/camera`, renderer);
  } finally {
    await server.shutdown();
    await renderer.close();
  }
}

/** A client that keeps every message. */
export class CameraClient {
  readonly messages: ServerMessage[] = [];
  readonly pictures: Uint8Array[] = [];
  readonly socket: WebSocket;
  readonly closed: Promise<CloseEvent>;

  constructor(url: string) {
    this.socket = new WebSocket(url);
    this.socket.binaryType = "arraybuffer";
    this.socket.onmessage = ({ data }) => {
      if (typeof data === "string") this.messages.push(JSON.parse(data));
      else this.pictures.push(new Uint8Array(data));
    };
    const closed = Promise.withResolvers<CloseEvent>();
    this.socket.onclose = closed.resolve;
    this.closed = closed.promise;
  }

  async open(): Promise<this> {
    await until(() => this.socket.readyState === WebSocket.OPEN);
    return this;
  }

  say(message: unknown): void {
    this.socket.send(JSON.stringify(message));
  }

  send(picture: Uint8Array<ArrayBuffer>): void {
    this.socket.send(picture);
  }

  told<T extends ServerMessage["type"]>(type: T): Extract<ServerMessage, { type: T }>[] {
    return this.messages.filter((message) => message.type === type) as Extract<ServerMessage, { type: T }>[];
  }

  /** The next message of a kind, after `before` earlier ones. */
  async hear<T extends ServerMessage["type"]>(type: T, before = 0) {
    await until(() => this.told(type).length > before);
    return this.told(type)[before]!;
  }

  async start(settings: SomeParameters = quickSettings, size = { width: 160, height: 120 }) {
    this.say({ type: "start", ...size, parameters: settings });
    return await this.hear("ready");
  }

  async close(): Promise<void> {
    if (this.socket.readyState <= WebSocket.OPEN) this.socket.close();
    await this.closed;
  }
}
