/** Requests of `node:http` as web requests. */
import type { IncomingMessage } from "node:http";
import { ReverieError } from "../../../pipeline/errors.ts";

/** Milliseconds of waiting for a client after which its body must have come at the slowest speed. */
const graceMs = 150_000;
/** Slowest speed of a body, in bytes per second. */
const slowest = 256;

/**
 * Returns the request for the app.
 *
 * @throws {ReverieError} `invalid_request` if the Host header, the target or a header is malformed or the body is
 * compressed, `method_not_allowed` for TRACE
 */
export function webRequest(incoming: IncomingMessage, signal: AbortSignal, readsBody: () => void): Request {
  const { method = "GET", url: target = "/" } = incoming;
  const headers = headersOf(incoming);
  const url = urlOf(target, headers.get("Host") ?? "");
  if (method === "TRACE" || method === "CONNECT") {
    throw new ReverieError("method_not_allowed", `${method} is not supported`);
  }
  const coding = headers.get("Content-Encoding")?.trim().toLowerCase() || "identity";
  if (hasBody(incoming) && coding !== "identity") {
    throw new ReverieError(
      "invalid_request",
      "the body has a Content-Encoding: send it as it is, without one",
    );
  }
  const body = hasBody(incoming) ? bodyOf(incoming, readsBody) : null;
  try {
    return new Request(url, {
      ...{ method, headers, signal },
      // A body of GET and HEAD has no meaning (RFC 9110, section 9.3.1), and fetch's Request does not take one.
      ...(body && method !== "GET" && method !== "HEAD" && { body, duplex: "half" }),
    });
  } catch (cause) {
    throw new ReverieError("invalid_request", "a header of the request is malformed", { cause });
  }
}

/** A host name or address with an optional port (RFC 9110, section 7.2). */
const hostForm = /^(\[[\da-f:.]+\]|[\w.-]+)(:\d{0,5})?$/i;

/** A segment of one or two dots, which clients resolve before they send a path (RFC 3986, section 5.2.4). */
const dotSegment = /(^|[/\\])(\.|%2e){1,2}([/\\]|$)/i;

function urlOf(target: string, host: string): URL {
  if (!hostForm.test(host) || !URL.canParse(`http://${host}/`)) {
    throw new ReverieError(
      "invalid_request",
      "the Host header is malformed: send this server's name or address",
    );
  }
  // Proxies send the whole URL (RFC 9112, section 3.2.2); the Host header still decides who is meant.
  const path = URL.canParse(target) ? target.replace(/^[a-z]+:\/\/[^/?#]*/i, "") : target;
  const url = URL.parse(`http://${host}${path.startsWith("/") ? path : `/${path}`}`);
  if (url === null || /^[a-z]+:\/\//i.test(path) || dotSegment.test(path.split(/[?#]/)[0]!)) {
    throw new ReverieError("invalid_request", "the requested address is malformed");
  }
  return url;
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let at = 0; at < rawHeaders.length; at += 2) headers.append(rawHeaders[at]!, rawHeaders[at + 1]!);
  return headers;
}

/** Whether a request announces a body that is not empty. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/**
 * Returns the body as a stream. It fails if the client leaves, or sends so slowly that the connection is held
 * rather than used; only the time in which the server waits for the client counts.
 */
function bodyOf(incoming: IncomingMessage, readsBody: () => void): ReadableStream<Uint8Array> {
  let waitedMs = 0, waitingSince = 0, bytes = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stop = () => {}, late = () => {};
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const fail = (error: Error) => {
        stop();
        controller.error(error);
      };
      const onData = (chunk: Uint8Array) => {
        clearTimeout(timer);
        incoming.pause();
        const now = performance.now();
        waitedMs += now - waitingSince;
        waitingSince = now;
        bytes += chunk.length;
        if (waitedMs > graceMs && 1000 * bytes < slowest * waitedMs) return fail(tooSlow());
        // A plain Uint8Array: the methods of a Buffer differ.
        controller.enqueue(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      };
      const onEnd = () => {
        stop();
        controller.close();
      };
      const onClose = () => fail(new Error("the connection was closed"));
      stop = () => {
        clearTimeout(timer);
        incoming.off("data", onData).off("end", onEnd).off("error", fail).off("close", onClose);
        incoming.pause();
      };
      late = () => fail(tooSlow());
      incoming.on("data", onData).on("end", onEnd).on("error", fail).on("close", onClose).pause();
    },
    pull() {
      readsBody();
      waitingSince = performance.now();
      timer = setTimeout(late, graceMs);
      incoming.resume();
    },
    cancel: () => stop(),
  }, { highWaterMark: 0 });
}

function tooSlow(): Error {
  return new Error(`the body comes slower than ${slowest} bytes per second`);
}
