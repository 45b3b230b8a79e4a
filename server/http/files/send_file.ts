/** Responses with a file: whole, in part, or without content if the client already has it. */
import { create } from "content-disposition";
import { type ByteRange, byteRange } from "./byte_range.ts";
import { isRangeValid, isUnchanged, type Validators } from "./conditions.ts";
import { readRange } from "./read_range.ts";

/** Options of {@link sendFile}. */
export interface SendOptions {
  type: string;
  /** Value of the Cache-Control header. */
  cache: string;
  /** File name for a download; without one, browsers show the file. */
  downloadName?: string;
  /** Entity tag without quotes; derived from size and time by default. */
  etag?: string;
}

/** Cache-Control for files that may be replaced or deleted: stored, but revalidated on each use. */
export const revalidated = "private, no-cache";

/** Cache-Control for files that never change. */
export const immutable = "private, max-age=31536000, immutable";

/** Cache-Control for files that change all the time. */
export const uncached = "no-store";

/**
 * Responds to a GET or HEAD request with a file. Supports ETag, Last-Modified, If-None-Match, Range and
 * If-Range. Returns undefined if there is no such file. The file is read while it is sent.
 */
export async function sendFile(
  request: Request,
  path: string,
  options: SendOptions,
): Promise<Response | undefined> {
  const file = await openFile(path);
  if (!file) return undefined;
  let handedOver = false;
  try {
    const { size, mtime } = await file.stat();
    const answer = answerFor(request, size, validatorsOf(size, mtime, options.etag));
    const headers = headersOf(answer, size, options);
    const { status, range } = answer;
    if (!range || range.end < range.start || request.method === "HEAD") {
      return new Response(null, { status, headers });
    }
    handedOver = true;
    return new Response(readRange(file, range), { status, headers });
  } finally {
    if (!handedOver) file.close();
  }
}

async function openFile(path: string): Promise<Deno.FsFile | undefined> {
  try {
    const file = await Deno.open(path);
    if ((await file.stat()).isFile) return file;
    file.close();
  } catch (error) {
    const missing = error instanceof Deno.errors.NotFound || error instanceof Deno.errors.IsADirectory;
    if (!missing) throw error;
  }
  return undefined;
}

function validatorsOf(size: number, modified: Date | null, tag: string | undefined): Validators {
  const etag = `"${tag ?? `${size.toString(16)}-${(modified?.getTime() ?? 0).toString(16)}`}"`;
  return { etag, ...(modified && { modified }) };
}

/** The response; without a range it has no body. */
interface Answer {
  status: 200 | 206 | 304 | 416;
  range?: ByteRange;
  validators: Validators;
}

function answerFor({ method, headers }: Request, size: number, validators: Validators): Answer {
  const whole = { start: 0, end: size - 1 };
  if (isUnchanged(headers, validators)) return { status: 304, validators };
  // Range applies to GET only (RFC 9110, section 14.2).
  if (method !== "GET" || !isRangeValid(headers, validators)) {
    return { status: 200, range: whole, validators };
  }
  const range = byteRange(headers.get("Range") ?? undefined, size);
  if (range === "none") return { status: 416, validators };
  return range === "all" ? { status: 200, range: whole, validators } : { status: 206, range, validators };
}

function headersOf({ status, range, validators }: Answer, size: number, options: SendOptions): Headers {
  const { etag, modified } = validators;
  const headers = new Headers({ "Accept-Ranges": "bytes", "Cache-Control": options.cache, ETag: etag });
  if (modified) headers.set("Last-Modified", modified.toUTCString());
  if (status === 416) headers.set("Content-Range", `bytes */${size}`);
  if (!range) return headers;
  headers.set("Content-Type", options.type);
  headers.set("Content-Length", String(range.end - range.start + 1));
  if (status === 206) headers.set("Content-Range", `bytes ${range.start}-${range.end}/${size}`);
  if (options.downloadName !== undefined) {
    headers.set("Content-Disposition", contentDisposition(options.downloadName));
  }
  return headers;
}

/**
 * Formats a Content-Disposition header (RFC 6266). An unpaired surrogate, which has no UTF-8 form, is
 * replaced.
 */
export function contentDisposition(name: string): string {
  return create(name.toWellFormed());
}
