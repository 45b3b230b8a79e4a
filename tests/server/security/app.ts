/** A small server behind the security layer, for its tests. */
import { Hono } from "hono";
import type { Env } from "../../../server/http/env.ts";
import { errorResponse } from "../../../server/http/error_response.ts";
import { loginRoutes } from "../../../server/security/login.ts";
import { protect } from "../../../server/security/protect.ts";

export const token = "a-token-of-the-tests";

export interface ProtectedOptions {
  host?: string;
  token?: string;
  cors?: readonly string[];
  data?: string;
  proxies?: readonly string[];
}

/** An app that answers every path with its method and path, and whose /socket echoes messages. */
export function protectedApp({ host = "127.0.0.1", cors = [], ...rest }: ProtectedOptions = {}): Hono<Env> {
  const options = { host, cors, holdMs: 1, ...rest };
  const app = new Hono<Env>();
  app.onError(errorResponse);
  app.use(...protect(options)).route("/", loginRoutes(options));
  app.get("/socket", (c) => echo(c.req.raw));
  app.all("/star", () => new Response("open to all", { headers: { "Access-Control-Allow-Origin": "*" } }));
  app.all("*", (c) => c.text(`${c.req.method} ${c.req.path}`));
  return app;
}

function echo(request: Request): Response {
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.onmessage = ({ data }) => socket.send(data);
  return response;
}

/** Calls `use` while an app is served on a free port of this machine. */
export async function whileServing(app: Hono<Env>, use: (address: URL) => Promise<void>): Promise<void> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, app.fetch);
  try {
    await use(new URL(`http://127.0.0.1:${server.addr.port}`));
  } finally {
    await server.shutdown();
  }
}

/**
 * The response to a hand-written request that no browser or fetch would send; `text` is its raw beginning.
 */
export async function rawRequest(address: URL, lines: string[]): Promise<{ status: number; text: string }> {
  using connection = await Deno.connect({ hostname: address.hostname, port: Number(address.port) });
  await connection.write(new TextEncoder().encode([...lines, "", ""].join("\r\n")));
  const buffer = new Uint8Array(65_536);
  const size = await connection.read(buffer) ?? 0;
  const text = new TextDecoder().decode(buffer.subarray(0, size));
  return { status: Number(text.split(" ")[1]), text };
}

/** Head of a WebSocket's opening request (RFC 6455, section 1.3) with additional header lines. */
export function upgrade(address: URL, path: string, ...headers: string[]): string[] {
  return [
    `GET ${path} HTTP/1.1`,
    `Host: ${address.host}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ...headers,
  ];
}
