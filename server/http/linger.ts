/** Refusals of uploads that reach the client although it is still sending. */
import type { MiddlewareHandler } from "hono";
import { settledWithin } from "../../models/deadline.ts";

/** How much of a refused body is read and thrown away, in bytes. */
const mostBytes = 64 * 1024 * 1024;

/** For how long at most, and how long a pause of the client ends it, in milliseconds. */
const mostTime = 10_000;
const mostPause = 1_000;

/**
 * Reads on, within limits, what a client still sends of a body that was refused, while the answer is already on its
 * way. Closing the connection at once resets it (RFC 9112, section 9.6), and many clients then lose the answer.
 * The length of the answer is left out, since with it the connection would count as done once that much is sent.
 */
export function linger(): MiddlewareHandler {
  return async (c, next) => {
    const request = c.req.raw;
    await next();
    if (c.res.status < 400 || c.req.method === "HEAD") return;
    if (!request.body || request.body.locked || !c.res.body) return;
    const { status, headers } = c.res;
    headers.delete("Content-Length");
    c.res = new Response(lingering(c.res.body, request.body), { status, headers });
  };
}

/** The answer's bytes, of which the end is held back until the request has been read. */
function lingering(answer: ReadableStream<Uint8Array>, request: ReadableStream<Uint8Array>) {
  return new ReadableStream<Uint8Array>({
    async start(controller) {
      try {
        for await (const chunk of answer) controller.enqueue(chunk);
        await drain(request);
        controller.close();
      } catch {
        // The client has gone, which was to be expected.
      }
    },
  });
}

async function drain(body: ReadableStream<Uint8Array>): Promise<void> {
  const reader = body.getReader();
  const end = performance.now() + mostTime;
  try {
    for (let bytes = 0; bytes < mostBytes && performance.now() < end;) {
      const result = await settledWithin(reader.read(), mostPause);
      if (!result || result.done) return;
      bytes += result.value.length;
    }
  } finally {
    // Not waited for, since it ends only with the read that is still on its way.
    reader.cancel().catch(() => {});
  }
}
