/** Routes for viewers of a dream: a WebSocket, server-sent events, and pictures of what the dream sees. */
import { type Context, Hono } from "hono";
import type { Dreams } from "../dreams/dreams.ts";
import { ReverieError } from "../../pipeline/errors.ts";
import { bodyOf } from "../errors.ts";
import { upgradeToWebSocket } from "../http/upgrade.ts";
import { ClientMessages } from "./client_messages.ts";
import { EventStream, lastEventId } from "./event_stream.ts";
import { isEnd, type LiveHub } from "./hub.ts";
import type { Sight } from "./sights.ts";
import { SocketViewer } from "./socket_viewer.ts";

/** Dependencies and options of {@link liveRoutes}. */
export interface LiveServices {
  hub: LiveHub;
  dreams: Pick<Dreams, "get" | "change">;
  /** Maximum number of open sockets and event streams; default 500. */
  limit?: number;
  /** Milliseconds after which a client that takes nothing is disconnected; default 30 s. */
  stuckAfter?: number;
  /** Milliseconds between comments on event streams; default 15 s. */
  heartbeat?: number;
}

/** Routes under `/api/dreams`: `/:id/live`, `/:id/events` and `/:id/sees/source.jpg|flow.jpg|mask.jpg|dream.jpg`. */
export function liveRoutes(services: LiveServices): Hono {
  const gate = new Gate(services.limit ?? 500);
  return new Hono()
    .get("/:id/live", (context) => live(context, services, gate))
    .get("/:id/events", (context) => events(context, services, gate))
    .get("/:id/sees/:what{(source|flow|mask|dream)\\.jpg}", (context) => sees(context, services.hub));
}

/**
 * Counts connections. A connection whose client never reads stays open, and counted, until the client leaves.
 */
class Gate {
  readonly #limit: number;
  #inside = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Admits a connection and returns a function that releases it; further calls do nothing. Throws a
   * ReverieError if the limit is reached.
   */
  enter(): () => void {
    if (this.#inside >= this.#limit) {
      throw new ReverieError("busy", `${this.#limit} connections are open: try again later`, {
        retryAfter: 30,
      });
    }
    this.#inside++;
    let inside = true;
    return () => {
      if (inside) this.#inside--;
      inside = false;
    };
  }
}

function live(context: Context, { hub, dreams, stuckAfter }: LiveServices, gate: Gate): Response {
  const id = context.req.param("id")!;
  dreams.get(id);
  if (!/\bwebsocket\b/i.test(context.req.header("upgrade") ?? "")) {
    throw new ReverieError(
      "invalid_request",
      "this is a WebSocket; for plain HTTP there is /events beside it",
    );
  }
  const free = gate.enter();
  const { socket, response } = upgrade(context, free);
  let leave = () => {};
  const viewer = new SocketViewer(socket, {
    ...(stuckAfter !== undefined && { stuckAfter }),
    onStuck: () => leave(),
  });
  const messages = new ClientMessages({
    change: (parameters) => dreams.change(id, parameters),
    answer: (answer) => viewer.tell(JSON.stringify(answer)),
    close: (code, reason) => {
      viewer.stop();
      leave();
      socket.close(code, reason);
    },
  });
  socket.onopen = () => leave = joined(hub, id, viewer, socket);
  socket.onmessage = ({ data }) => messages.receive(data);
  socket.onclose = socket.onerror = () => {
    viewer.stop();
    leave();
    free();
  };
  return response;
}

/** Upgrades the connection, or frees its place. */
function upgrade(context: Context, free: () => void): Deno.WebSocketUpgrade {
  try {
    return upgradeToWebSocket(context);
  } catch (error) {
    free();
    throw error;
  }
}

/** Joins a dream, which may have been deleted since the handshake. */
function joined(hub: LiveHub, id: string, viewer: SocketViewer, socket: WebSocket): () => void {
  try {
    return hub.join(id, viewer);
  } catch (error) {
    viewer.stop();
    socket.close(1011, bodyOf(error).message);
    return () => {};
  }
}

function events(
  context: Context,
  { hub, dreams, stuckAfter, heartbeat }: LiveServices,
  gate: Gate,
): Response {
  const id = context.req.param("id")!;
  const { state } = dreams.get(id);
  if (isEnd(state) && context.req.header("last-event-id") === lastEventId) return context.body(null, 204);
  const headers = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
  };
  if (context.req.raw.method === "HEAD") return context.body(null, 200, headers);
  const free = gate.enter();
  let leave = () => {};
  const stream = new EventStream({
    ...(stuckAfter !== undefined && { stuckAfter }),
    ...(heartbeat !== undefined && { heartbeat }),
    onGone: () => leave(),
    onFree: free,
  });
  try {
    leave = hub.join(id, stream);
  } catch (error) {
    void stream.body.cancel();
    throw error;
  }
  return context.body(stream.body, 200, headers);
}

async function sees(context: Context, hub: LiveHub): Promise<Response> {
  const what = context.req.param("what")!.replace(".jpg", "") as Sight;
  const { index, jpeg } = await hub.seen(context.req.param("id")!, what);
  return context.body(jpeg, 200, {
    "content-type": "image/jpeg",
    "cache-control": "no-store",
    "reverie-frame": String(index),
  });
}
