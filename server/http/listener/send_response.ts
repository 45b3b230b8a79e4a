/** Web responses over `node:http`. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { once } from "node:events";
import { deadline, settledWithin } from "../../../pipeline/deadline.ts";

/** Most bytes of an unread body that are read and discarded. */
const mostBytes = 64 * 1024 * 1024;
/** How long to keep reading, and after how long a pause of the client to stop, both in milliseconds. */
const mostTimeMs = 10_000;
const mostPauseMs = 1_000;

/** Bytes of a body that are written at a time, and have to be taken within the time for a stalled reader. */
const pieceBytes = 64 * 1024;
/** Milliseconds in which a client has to take a piece; one that stops reading is left. */
export const mostStallMs = 120_000;

/**
 * Sends a response, as fast as the client reads it, and returns once it is sent. A client that takes no piece of it
 * within `stallMs` milliseconds is left. If the request has not been
 * read to its end, its rest is read and discarded, within limits, before the connection is closed: closing at
 * once resets it (RFC 9112, section 9.6), and many clients then lose the response.
 */
export async function sendResponse(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  response: Response,
  stallMs = mostStallMs,
): Promise<void> {
  const reader = response.body?.getReader();
  const leave = () => void reader?.cancel().catch(() => {});
  outgoing.once("close", leave);
  try {
    const first = await reader?.read();
    const second = first?.done === false ? reader!.read() : undefined;
    // A body of one piece is at hand as a whole, and its length is known.
    const only = second && (await settledWithin(second, 0))?.done;
    writeHead(incoming, outgoing, response, only ? first!.value!.length : undefined);
    if (first?.value) await write(outgoing, first.value, stallMs);
    for (let part = only ? undefined : await second; part && !part.done; part = await reader!.read()) {
      await write(outgoing, part.value, stallMs);
    }
    if (!incoming.complete) await discardRest(incoming);
    outgoing.end();
    if (!outgoing.writableFinished && !outgoing.destroyed) {
      const sent = Promise.race([once(outgoing, "finish"), once(outgoing, "close")]);
      await deadline(sent, { timeoutMs: stallMs });
    }
  } catch {
    // The client has left or stopped reading, or the body failed midway: only closing the connection tells that it
    // is incomplete.
    leave();
    outgoing.destroy();
  }
}

function writeHead(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { status, headers }: Response,
  length: number | undefined,
): void {
  const pairs = [...headers];
  if (length !== undefined && !headers.has("Content-Length")) pairs.push(["content-length", String(length)]);
  // What the client goes on sending would be taken for its next request.
  if (!incoming.complete) pairs.push(["connection", "close"]);
  outgoing.writeHead(status, pairs.flat());
}

async function write(outgoing: ServerResponse, bytes: Uint8Array, stallMs: number): Promise<void> {
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    if (outgoing.destroyed) throw new Error("the client has left");
    if (!outgoing.write(bytes.subarray(start, start + pieceBytes))) await drained(outgoing, stallMs);
  }
}

async function drained(outgoing: ServerResponse, stallMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  outgoing.on("drain", resolve).on("close", resolve);
  try {
    await deadline(promise, { timeoutMs: stallMs });
  } finally {
    outgoing.off("drain", resolve).off("close", resolve);
  }
}

async function discardRest(incoming: IncomingMessage): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let bytes = 0;
  const most = setTimeout(resolve, mostTimeMs);
  let pause = setTimeout(resolve, mostPauseMs);
  incoming.removeAllListeners("data");
  incoming.on("data", (chunk: Uint8Array) => {
    clearTimeout(pause);
    bytes += chunk.length;
    if (bytes > mostBytes) resolve();
    else pause = setTimeout(resolve, mostPauseMs);
  }).once("end", resolve).once("close", resolve).resume();
  await promise;
  clearTimeout(most);
  clearTimeout(pause);
}
