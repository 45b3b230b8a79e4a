/** The listener: `node:http` in front of the app, as Deno.serve has neither deadlines nor bounds. */
import { createServer, type IncomingMessage, type Server, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Logger } from "pino";
import { ReverieError } from "../../../pipeline/errors.ts";
import { asReverieError } from "../../errors.ts";
import { networkOf } from "../../security/client_address.ts";
import type { Upgrade } from "../upgrade.ts";
import { type Connection, type ConnectionBounds, Connections } from "./connections.ts";
import { headRefusal, jsonRefusal } from "./refusals.ts";
import { sendResponse } from "./send_response.ts";
import { hasBody, webRequest } from "./web_request.ts";

/** What the app receives besides the request, as `c.env`. */
export interface ListenerEnv {
  remoteAddr: Deno.NetAddr;
  /** Present if the request asks for a WebSocket. */
  upgrade?: Upgrade;
}

/** Options of {@link listen}. */
export interface ListenOptions {
  host: string;
  port: number;
  bounds: ConnectionBounds;
  handler: (request: Request, env: ListenerEnv) => Response | Promise<Response>;
  log: Logger;
  /** Milliseconds in which the head of a request has to arrive. */
  headersTimeoutMs?: number;
  /** Milliseconds in which a client has to take each piece of a response. */
  stallMs?: number;
}

/** A server that accepts connections. */
export interface Listener {
  port: number;
  /** Stops listening, lets open requests finish for `patienceMs` milliseconds, then closes every connection. */
  close(patienceMs: number): Promise<void>;
}

/** Milliseconds between two looks at the connections. */
const sweepMs = 1_000;
/** Milliseconds between two warnings about the same lack. */
const warnMs = 60_000;

/**
 * Starts to listen and returns once connections are accepted.
 *
 * @throws {Error} the system's error if the address cannot be used
 */
export async function listen(options: ListenOptions): Promise<Listener> {
  const { host, port, bounds, log, headersTimeoutMs = 30_000 } = options;
  const server = createServer(
    {
      headersTimeout: headersTimeoutMs,
      // Bodies may take long; web_request.ts and the routes bound them.
      requestTimeout: 0,
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: Math.min(sweepMs, headersTimeoutMs),
      noDelay: true,
      // Answered as JSON instead, by web_request.ts.
      requireHostHeader: false,
      shouldUpgradeCallback: asksForWebSocket,
    } as Parameters<typeof createServer>[0],
  );
  const connections = new Connections(bounds);
  const traffic = new Traffic(options, connections);
  server.on("connection", (socket) => traffic.connect(socket));
  server.on("request", (incoming, outgoing) => traffic.answer(incoming, outgoing));
  server.on(
    "checkContinue",
    (incoming, outgoing) => traffic.answer(incoming, outgoing, { mayContinue: true }),
  );
  server.on("checkExpectation", (incoming, outgoing) => traffic.answer(incoming, outgoing));
  server.on("upgrade", (incoming, socket, head) => traffic.upgrade(incoming, socket as Socket, head));
  server.on("clientError", headRefusal);
  await started(server, host, port);
  let warned = -Infinity;
  server.on("error", (err) => {
    if (performance.now() - warned < warnMs) return;
    warned = performance.now();
    log.warn({ err }, "a connection could not be accepted");
  });
  const sweep = setInterval(() => connections.sweep(performance.now()), sweepMs);
  return {
    port: (server.address() as AddressInfo).port,
    close: async (patienceMs) => {
      server.close();
      connections.close("idle");
      await traffic.idle(patienceMs);
      connections.close("all");
      clearInterval(sweep);
    },
  };
}

function asksForWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === "websocket";
}

function started(server: Server, host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen({ host, port, backlog: 511 }, () => {
    server.off("error", reject);
    resolve();
  });
  return promise;
}

/** Requests on connections, from their heads to the ends of their responses. */
class Traffic {
  readonly #options: ListenOptions;
  readonly #connections: Connections;
  readonly #known = new WeakMap<object, Connection>();
  #open = 0;
  #onIdle = () => {};

  constructor(options: ListenOptions, connections: Connections) {
    this.#options = options;
    this.#connections = connections;
  }

  connect(socket: Socket): void {
    const connection = this.#connections.add(socket, networkOf(addressOf(socket)), performance.now());
    this.#known.set(socket, connection);
    // Without a listener, a reset would be an uncaught error.
    socket.on("error", () => {});
    socket.once("close", () => this.#connections.remove(connection));
  }

  async answer(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    { mayContinue = false, upgrade }: { mayContinue?: boolean; upgrade?: Upgrade } = {},
  ): Promise<void> {
    const { socket } = incoming;
    const connection = this.#known.get(socket);
    connection?.begin();
    this.#open++;
    const left = new AbortController();
    outgoing.once("close", () => {
      if (!outgoing.writableFinished) left.abort();
    });
    incoming.on("error", () => {});
    outgoing.on("error", () => {});
    if (incoming.complete || !hasBody(incoming)) connection?.complete();
    else incoming.once("end", () => connection?.complete());
    const readsBody = () => {
      if (mayContinue && !outgoing.headersSent) outgoing.writeContinue();
      mayContinue = false;
    };
    let taken = false;
    try {
      const response = await this.#respond(incoming, left.signal, readsBody, connection, upgrade);
      // Deno itself answers a WebSocket's handshake. Its connection stays busy until it closes.
      taken = response.status === 101;
      if (!taken) await sendResponse(incoming, outgoing, response, this.#options.stallMs);
    } finally {
      if (!taken) connection?.finish(performance.now());
      if (--this.#open === 0) this.#onIdle();
    }
  }

  async upgrade(incoming: IncomingMessage, socket: Socket, head: Uint8Array): Promise<void> {
    const outgoing = new ServerResponse(incoming);
    outgoing.shouldKeepAlive = false;
    outgoing.assignSocket(socket);
    outgoing.once("finish", () => socket.destroySoon());
    const connection = this.#known.get(socket);
    const onTaken = (webSocket: WebSocket) => {
      // The socket is taken out of its object, which never closes then.
      const closed = () => connection && this.#connections.remove(connection);
      webSocket.addEventListener("close", closed);
      webSocket.addEventListener("error", closed);
    };
    await this.answer(incoming, outgoing, { upgrade: { socket, head, onTaken } });
  }

  /** Resolves once no request is open, or after `patienceMs` milliseconds. */
  async idle(patienceMs: number): Promise<void> {
    if (this.#open === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onIdle = resolve;
    const timer = setTimeout(resolve, patienceMs);
    await promise;
    clearTimeout(timer);
  }

  async #respond(
    incoming: IncomingMessage,
    signal: AbortSignal,
    readsBody: () => void,
    connection: Connection | undefined,
    upgrade: Upgrade | undefined,
  ): Promise<Response> {
    try {
      const request = webRequest(incoming, signal, readsBody);
      if (connection?.spare && new URL(request.url).pathname !== "/healthz") throw full();
      const { remotePort: port = 0 } = incoming.socket;
      const remoteAddr: Deno.NetAddr = { transport: "tcp", hostname: addressOf(incoming.socket), port };
      return await this.#options.handler(request, { remoteAddr, ...(upgrade && { upgrade }) });
    } catch (error) {
      const known = asReverieError(error);
      if (known.code === "internal") this.#options.log.error({ err: error }, "a request failed");
      return jsonRefusal(known);
    }
  }
}

function addressOf(socket: Socket): string {
  return socket.remoteAddress ?? "unknown";
}

function full(): ReverieError {
  const message = "the server has too many open connections: close some, or try again later";
  return new ReverieError("busy", message, { retryAfter: 10 });
}
