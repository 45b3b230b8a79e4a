/** What can be told from a request before it is handled. */
import type { Context } from "hono";

/** Whether a request asks for a WebSocket. */
export function isUpgrade(c: Context): boolean {
  return c.req.header("Upgrade")?.toLowerCase() === "websocket";
}

/** Whether a request only reads (RFC 9110, section 9.2.1) and opens no socket either. */
export function isReading(c: Context): boolean {
  return ["GET", "HEAD", "OPTIONS"].includes(c.req.method) && !isUpgrade(c);
}

/** Whether it is a browser that shows the answer as a page. */
export function isNavigation(c: Context): boolean {
  if (isUpgrade(c)) return false;
  const mode = c.req.header("Sec-Fetch-Mode");
  if (mode !== undefined) return mode === "navigate";
  return /\btext\/html\b/i.test(c.req.header("Accept") ?? "");
}

/** Host and port that a request was sent to. */
export function hostOf(c: Context): string {
  return (c.req.header("Host") ?? new URL(c.req.url).host).toLowerCase();
}
