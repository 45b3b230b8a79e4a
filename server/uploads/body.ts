/** Request bodies as byte streams, limited by their actual size rather than the announced one. */
import { deadline, isTimeout } from "../../pipeline/deadline.ts";
import { formatLimit } from "../../pipeline/settings/units.ts";
import { ReverieError } from "../../pipeline/errors.ts";
import type { PromisedRoom } from "./promised_room.ts";

/**
 * Yields the bytes of a body, chunk by chunk. The unread rest of the body is discarded.
 *
 * @throws {ReverieError} if the client disconnects, or sends nothing for `idle` milliseconds
 */
export async function* bytesOf(
  body: ReadableStream<Uint8Array> | null,
  idle: number,
): AsyncGenerator<Uint8Array> {
  if (!body) return;
  const reader = body.getReader();
  let reading = false;
  try {
    for (;;) {
      reading = true;
      const { done, value } = await inTime(reader.read(), idle);
      reading = false;
      if (done) return;
      yield value;
    }
  } finally {
    // With a read pending, cancel() would delay the response to a silent client.
    if (!reading) await reader.cancel().catch(() => {});
    reader.releaseLock();
  }
}

async function inTime<T>(read: Promise<T>, idle: number): Promise<T> {
  try {
    return await deadline(read, { timeoutMs: idle });
  } catch (cause) {
    const message = isTimeout(cause)
      ? `the upload broke off: nothing came for ${idle / 1000} seconds`
      : "the upload broke off before its end";
    throw new ReverieError("invalid_request", message, { cause });
  }
}

/** Limits on the size of a request. */
export interface Allowance {
  /** Maximum size of the upload in bytes. */
  limit: number;
  /** Bytes that a request may have besides the upload, as a form has; 0 by default. */
  overhead?: number;
  /** The room on the disk. */
  room: PromisedRoom;
  /** Path of the upload's file, to which the room is promised. */
  file: string;
}

/**
 * Refuses a body before it is sent if the announced length exceeds the limit or the free disk space, of which
 * other uploads have announced parts. Nothing else relies on that length.
 *
 * @throws {ReverieError} `too_large` or `disk_full`
 */
export async function checkAnnounced(
  announced: string | null,
  { limit, overhead = 0, room, file }: Allowance,
): Promise<void> {
  if (announced === null) return;
  const bytes = /^\d+$/.test(announced) ? Number(announced) : Infinity;
  if (bytes > limit + overhead) throw tooLarge(limit);
  await room.promise(file, bytes);
}

/** Creates the error for an upload above the limit, in bytes. */
export function tooLarge(limit: number): ReverieError {
  const message = `the upload is larger than the ${
    formatLimit(limit)
  } that are taken: upload a shorter or smaller video`;
  return new ReverieError("too_large", message);
}
