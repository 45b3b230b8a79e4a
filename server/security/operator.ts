/** Recognizes the server's operator. */
import type { Context } from "hono";
import { addressOf } from "./client_address.ts";
import { isLoopback } from "./loopback.ts";
import { hostOf } from "./request_facts.ts";

/**
 * Whether an authorized request comes from the operator: it presented the token, or, if there is no token, it
 * comes from the server's own machine under a local name and so not through a proxy.
 */
export function isOperator(c: Context, { token }: { token?: string | undefined }): boolean {
  if (token !== undefined) return true;
  if (["Forwarded", "X-Forwarded-For", "Via"].some((name) => c.req.header(name) !== undefined)) return false;
  const address = addressOf(c);
  return address !== undefined && isLoopback(address) && isLoopback(hostOf(c).replace(/:\d+$/, ""));
}
