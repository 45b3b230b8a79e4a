/** From an upload to a queued dream. */
import type { Context } from "hono";
import type { DreamView } from "../dreams/dream.ts";
import { ReverieError } from "../../pipeline/errors.ts";
import { readSettings } from "../uploads/settings.ts";
import { settings } from "../../pipeline/settle.ts";
import type { Env } from "./env.ts";
import type { Services } from "./services.ts";

/** Throws a ReverieError where no dream can be queued, before its upload is received. */
export function checkQueue({ dreams, options }: Pick<Services, "dreams" | "options">): void {
  if (dreams.queueLength < options.limits.queue) return;
  const message = `${options.limits.queue} dreams wait already: come back when some of them are done`;
  throw new ReverieError("queue_full", message, { retryAfter: 60 });
}

/** An upload and what is asked of its dream: texts, or the values of a JSON body. */
interface Upload {
  file: string;
  name: string;
  fields: Readonly<Record<string, unknown>>;
}

/** Looks at an upload and queues its dream. Throws a ReverieError, and removes the file, where either is refused. */
export async function createDream(
  { dreams, uploads }: Pick<Services, "dreams" | "uploads">,
  received: Upload,
): Promise<DreamView> {
  const { file } = received;
  try {
    const wish = readSettings(received.fields);
    const { preset, given, from, duration } = wish;
    const parameters = settings(wish);
    const name = wish.name ?? received.name;
    const facts = await uploads.inspect(file, name, { from, duration });
    return await dreams.create({
      file,
      name,
      facts,
      given,
      parameters,
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
