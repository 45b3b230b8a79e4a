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
      ...(upgrade && { socket: upgrade.socket, head: takeHead(upgrade) }),
    });
    upgrade?.onTaken(upgraded.socket);
    return upgraded;
  } catch (cause) {
    throw new ReverieError("invalid_request", "this is not a WebSocket's handshake", { cause });
  }
}

/**
 * Returns the bytes that have come after the request, and stops reading. Otherwise Node's socket goes on until
 * Deno takes over its connection, after the handshake is sent, and what comes in between is lost: the first messages
 * of a client that sends them at once.
 */
function takeHead({ socket, head }: Upgrade): Uint8Array<ArrayBuffer> {
  const later: Uint8Array = socket.read() ?? new Uint8Array(0);
  // Node has no public way to stop reading: pause() only stops the events.
  (socket as Socket & { _handle?: { readStop(): void } })._handle?.readStop();
  const whole = new Uint8Array(head.length + later.length);
  whole.set(head);
  whole.set(later, head.length);
  return whole;
}
