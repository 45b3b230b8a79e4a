/** WebSockets on whatever serves the app. */
import type { Socket } from "node:net";
import type { Context } from "hono";
import { ReverieError } from "../../pipeline/errors.ts";

/** What the listener hands to the app for a request that asks for a WebSocket, as `c.env.upgrade`. */
export interface Upgrade {
  socket: Socket;
  /** First bytes that the client has sent after its request. */
  head: Uint8Array;
  /** Called with the WebSocket that takes over the connection. */
  onTaken: (webSocket: WebSocket) => void;
}

/**
 * Seconds without a message after which a socket is closed; it is pinged after half that time. Long enough
 * for a slow connection on which pictures precede the ping.
 */
const idleTimeout = 90;

/**
 * Turns a request into a WebSocket.
 *
 * @throws {ReverieError} `invalid_request` if it is not a WebSocket's handshake
 */
export function upgradeToWebSocket(c: Context): Deno.WebSocketUpgrade {
  const upgrade: Upgrade | undefined = c.env?.upgrade;
  try {
    const upgraded = Deno.upgradeWebSocket(c.req.raw, {
      idleTimeout,
      ...(upgrade && { socket: upgrade.socket, head: upgrade.head as Uint8Array<ArrayBuffer> }),
    });
    upgrade?.onTaken(upgraded.socket);
    return upgraded;
  } catch (cause) {
    throw new ReverieError("invalid_request", "this is not a WebSocket's handshake", { cause });
  }
}
