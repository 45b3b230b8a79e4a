/** Dreams on a server under test. */
import type { DreamView } from "../../../server/dreams/dream.ts";
import type { ServerProcess } from "./server_process.ts";
import { put, textOf, type Uploaded } from "./upload.ts";

/** Settings as query parameters. */
export type Settings = Record<string, string | number>;

/** Settings for dreams whose figures do not matter. */
export const tiny: Settings = {
  imageSize: 96,
  flowSize: 64,
  octaves: 1,
  firstIterations: 1,
  octaveIterations: 1,
};

/** A queued dream. */
export interface QueuedDream extends Uploaded {
  id: string;
  /** The path of the dream, and its address. */
  path: string;
  url: string;
}

/**
 * Uploads a clip by PUT.
 *
 * @throws {Error} if that does not start a dream
 */
export async function startDream(
  server: ServerProcess,
  clip: Uint8Array,
  settings: Settings = {},
): Promise<QueuedDream> {
  const query = Object.entries({ name: "bench.mp4", ...settings }).map((
    [name, value],
  ) => [name, String(value)]);
  const uploaded = await put(server.port, new URLSearchParams(query).toString(), clip);
  const text = textOf(uploaded.reply);
  if (uploaded.reply.status !== 201) throw new Error(`no dream was queued: ${text}`);
  const { id }: DreamView = JSON.parse(text);
  const path = `/api/dreams/${id}`;
  return { ...uploaded, id, path, url: server.url + path };
}

/** Stops a dream. */
export async function cancel({ url }: QueuedDream): Promise<void> {
  const response = await fetch(`${url}/cancel`, { method: "POST" });
  await response.body?.cancel();
}
