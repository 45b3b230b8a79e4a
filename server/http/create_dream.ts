/** From an upload to a queued dream. */
import type { Context } from "hono";
import { settings } from "../../pipeline/settings/settle.ts";
import type { DreamView } from "../dreams/dream.ts";
import type { GivenSettings } from "../uploads/settings.ts";
import type { Env } from "./env.ts";
import type { Services } from "./services.ts";
import { ReverieError } from "../../pipeline/errors.ts";

/** Throws a ReverieError where no dream can be queued, before its upload is received. */
export function checkQueue({ dreams, options }: Pick<Services, "dreams" | "options">): void {
  if (dreams.queueLength < options.limits.queue) return;
  const message = `${options.limits.queue} dreams wait already: come back when some of them are done`;
  throw new ReverieError("queue_full", message, { retryAfter: 60 });
}

/** An upload and what is asked of its dream. */
interface Upload {
  file: string;
  name: string;
  wish: GivenSettings;
}

/** Looks at an upload and queues its dream. Throws a ReverieError, and removes the file, where either is refused. */
export async function createDream(
  { dreams, uploads }: Pick<Services, "dreams" | "uploads">,
  upload: Upload,
): Promise<DreamView> {
  const { file, wish } = upload;
  const { name = upload.name, preset, given, from, duration } = wish;
  try {
    const facts = await uploads.inspect(file, name, { from, duration });
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

/** Answers with a new dream. */
export function created(c: Context<Env>, dream: DreamView): Response {
  return c.json(dream, 201, { Location: dream.links.self });
}
