/** Turns an upload into a queued dream. */
import type { Context } from "hono";
import { settings } from "../../pipeline/settings/settle.ts";
import type { DreamView } from "../dreams/dream.ts";
import type { GivenSettings } from "../uploads/settings.ts";
import type { Env } from "./env.ts";
import type { Services } from "./services.ts";

/** An upload and the requested settings of its dream. */
interface Upload {
  file: string;
  name: string;
  wish: GivenSettings;
  /** Aborted when the client leaves: no dream is made that its owner does not know of. */
  signal?: AbortSignal;
}

/**
 * Inspects an upload and queues its dream. The file is removed if either fails.
 *
 * @throws {ReverieError} if the upload or the dream is refused
 */
export async function createDream(
  { dreams, uploads }: Pick<Services, "dreams" | "uploads">,
  upload: Upload,
): Promise<DreamView> {
  const { file, wish, signal } = upload;
  const { name = upload.name, preset, given, from, duration } = wish;
  try {
    const facts = await uploads.inspect(file, name, { from, duration, signal });
    return await dreams.create({
      file,
      name,
      facts,
      given,
      parameters: settings(wish),
      ...(preset !== undefined && { preset }),
      ...(from !== undefined && { from }),
      ...(duration !== undefined && { duration }),
    });
  } catch (error) {
    await uploads.discard(file);
    throw error;
  }
}

/** Returns a 201 response with the new dream. */
export function created(c: Context<Env>, dream: DreamView): Response {
  return c.json(dream, 201, { Location: dream.links.self });
}
