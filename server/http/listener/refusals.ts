/** Responses to requests that never reach the app. */
import type { Socket } from "node:net";
import type { ReverieError } from "../../../pipeline/errors.ts";
import { bodyOf } from "../../errors.ts";

/** Returns a refusal as JSON, for a request that the app does not see. */
export function jsonRefusal(error: ReverieError): Response {
  const headers = new Headers({ "Cache-Control": "no-store" });
  if (error.retryAfter !== undefined) headers.set("Retry-After", String(Math.ceil(error.retryAfter)));
  return Response.json({ error: bodyOf(error) }, { status: error.status, headers });
}

/** Status lines and messages for heads that cannot be parsed, by the parser's error code. */
const heads: Record<string, [status: string, message: string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "the request did not arrive in time: send it again"],
  HPE_HEADER_OVERFLOW: [
    "431 Request Header Fields Too Large",
    "the request's headers are too large: 16 kB are taken",
  ],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ["413 Payload Too Large", "the body's chunk extensions are too large"],
};

const malformed = ["400 Bad Request", "the request is not valid HTTP"] as const;

/** Refuses a request whose head cannot be parsed or does not arrive, and closes its connection. */
export function headRefusal(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === "ECONNRESET") return void socket.destroy();
  const [status, message] = heads[error.code ?? ""] ?? malformed;
  const body = JSON.stringify({ error: { code: "invalid_request", message } });
  const head = [
    `HTTP/1.1 ${status}`,
    "Connection: close",
    "Content-Type: application/json",
    `Content-Length: ${body.length}`,
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
