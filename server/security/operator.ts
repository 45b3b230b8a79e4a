/** Who looks after the server. */
import type { Context } from "hono";
import { getConnInfo } from "hono/deno";
import { isLoopback } from "./loopback.ts";
import { hostOf } from "./request_facts.ts";

/**
 * Whether a request that was let in is the operator's: it has shown the token, or, where there is none, comes from the
 * server's own machine under a local name, so not through a proxy.
 */
export function isOperator(c: Context, { token }: { token?: string | undefined }): boolean {
  if (token !== undefined) return true;
  const address = c.env?.remoteAddr === undefined ? undefined : getConnInfo(c).remote.address;
  return address !== undefined && isLoopback(address) && isLoopback(hostOf(c).replace(/:\d+$/, ""));
}
