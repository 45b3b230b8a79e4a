/** Camera dreaming: a socket that takes pictures and gives them back dreamed. */
import type { Context } from "hono";
import { ReverieError } from "../../pipeline/errors.ts";
import type { Renderer } from "../rendering/renderer.ts";
import { Conversation } from "./conversation.ts";

/** Options of {@link cameraRoute}. */
export interface CameraOptions {
  /** Milliseconds without a message after which a client is sent away; default 30,000. */
  silence?: number;
  /** Aborted when the server closes. */
  signal?: AbortSignal;
}

/**
 * The handler of the camera's WebSocket; `protocol.ts` tells what is said on it. One client at a time: another one is
 * told `busy` and sent away, but one that comes when the last is just leaving waits for that.
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
    const { socket, response } = Deno.upgradeWebSocket(c.req.raw);
    const conversation = new Conversation(socket, { renderer, room, silence });
    open.add(conversation);
    socket.addEventListener("close", () => leave(conversation));
    return response;
  };
}
