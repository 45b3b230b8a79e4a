/** Camera dreaming: a socket that receives pictures and returns them dreamed. */
import type { Context } from "hono";
import { ReverieError } from "../../pipeline/errors.ts";
import type { Renderer } from "../rendering/renderer.ts";
import { upgradeToWebSocket } from "../http/upgrade.ts";
import { Conversation } from "./conversation.ts";

/** Options of {@link cameraRoute}. */
export interface CameraOptions {
  /** Milliseconds without a message after which a client is disconnected; default 30,000. */
  silence?: number;
  /** Aborted when the server closes. */
  signal?: AbortSignal;
}

/**
 * Returns the handler of the camera's WebSocket; `protocol.ts` defines its messages. It serves one client at
 * a time: another client gets `busy` and is disconnected, but a client that connects while the previous one
 * is leaving waits for that.
 *
 * ```ts ignore
 * app.get("/api/camera", cameraRoute(renderer));
 * ```
 */
export function cameraRoute(
  renderer: Pick<Renderer, "camera">,
  { silence = 30_000, signal }: CameraOptions = {},
): (c: Context) => Response {
  const open = new Set<Conversation>();
  let leaving: Promise<unknown> = Promise.resolve();
  const leave = (conversation: Conversation) => {
    open.delete(conversation);
    leaving = Promise.all([leaving, conversation.ended()]);
  };
  const room = async () => {
    await leaving;
  };
  signal?.addEventListener("abort", () => {
    for (const conversation of open) conversation.end(1001, "the server is closing");
  });

  return (c) => {
    if (c.req.header("upgrade")?.toLowerCase() !== "websocket") {
      throw new ReverieError("invalid_request", "this is a WebSocket: connect to it with ws:// or wss://");
    }
    const { socket, response } = upgradeToWebSocket(c);
    const conversation = new Conversation(socket, { renderer, room, silence });
    open.add(conversation);
    socket.addEventListener("close", () => leave(conversation));
    return response;
  };
}
