/** Makes refusals of uploads reach clients that are still sending. */
import type { MiddlewareHandler } from "hono";
import { settledWithin } from "../../pipeline/deadline.ts";

/** Most bytes of a refused body that are read and discarded. */
const mostBytes = 64 * 1024 * 1024;

/** How long to keep reading, and after how long a pause of the client to stop, both in milliseconds. */
const mostTime = 10_000;
const mostPause = 1_000;

/**
 * Keeps reading a refused request body, within limits, while the response is already on its way. Closing the
 * connection at once resets it (RFC 9112, section 9.6), and many clients then lose the response.
 * Content-Length is removed from the response, because with it the connection would count as done once that
 * many bytes are sent.
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

/** Streams the response but holds back its end until the request has been read. */
function lingering(answer: ReadableStream<Uint8Array>, request: ReadableStream<Uint8Array>) {
  return new ReadableStream<Uint8Array>({
    async start(controller) {
      try {
        for await (const chunk of answer) controller.enqueue(chunk);
        await drain(request);
        controller.close();
      } catch {
        // The client has disconnected, as expected.
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
    // Not awaited: it settles only with the pending read.
    reader.cancel().catch(() => {});
  }
}
