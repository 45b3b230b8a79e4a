/** Checks before the server is opened to other machines. */
import { wrongUsage } from "../../pipeline/errors.ts";
import type { ServerOptions } from "../options.ts";
import { isLoopback } from "./loopback.ts";

/**
 * Refuses options that would expose the server by accident: an address that other machines can reach without
 * a token, unless the user asked for it, and a token that cannot be sent in a header.
 *
 * @throws {ReverieError} with one line that says what to do
 */
export function checkExposure(options: Pick<ServerOptions, "host" | "token" | "withoutToken">): void {
  const { host, token, withoutToken } = options;
  if (token === undefined && !withoutToken && !isLoopback(host)) throw wrongUsage(needsToken(host));
  if (token !== undefined && withoutToken) throw wrongUsage("--token and --no-token exclude each other");
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    throw wrongUsage("--token needs at least one character; letters, digits and signs without spaces");
  }
}

function needsToken(host: string): string {
  return `--host ${host} lets others in: add --token SECRET, or --no-token if everybody may use this server`;
}
