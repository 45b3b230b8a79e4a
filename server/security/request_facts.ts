/** Facts about a request before it is handled. */
import type { Context } from "hono";

/** Whether a request asks for a WebSocket. */
export function isUpgrade(c: Context): boolean {
  return c.req.header("Upgrade")?.toLowerCase() === "websocket";
}

/** Whether a request only reads (RFC 9110, section 9.2.1) and does not open a socket. */
export function isReading(c: Context): boolean {
  return ["GET", "HEAD", "OPTIONS"].includes(c.req.method) && !isUpgrade(c);
}

/** Whether a browser will show the response as a page. */
export function isNavigation(c: Context): boolean {
  if (isUpgrade(c)) return false;
  const mode = c.req.header("Sec-Fetch-Mode");
  if (mode !== undefined) return mode === "navigate";
  return /\btext\/html\b/i.test(c.req.header("Accept") ?? "");
}

/** Returns the host and port that a request was sent to, in lower case. */
export function hostOf(c: Context): string {
  return (c.req.header("Host") ?? new URL(c.req.url).host).toLowerCase();
}
