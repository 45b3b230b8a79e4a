/** What has to be settled before the server is open to others. */
import { UserError } from "../../pipeline/errors.ts";
import { isLoopback } from "./loopback.ts";

/** The flags of `serve` that say who may reach the server. */
export interface Exposure {
  /** Host name or address that the server listens on. */
  host: string;
  token?: string | undefined;
  /** Whether the user said that no token is wanted. */
  noToken?: boolean | undefined;
  /** Origins of other sites that may use the API, or `*` for all. */
  cors?: readonly string[] | undefined;
}

/**
 * Refuses what would open the server by accident: an address that others can reach without a token, unless the user
 * wants it so; a token that cannot be sent in a header; an origin that no browser would ever send.
 *
 * @throws {UserError} with the one line that says how to go on
 */
export function checkExposure({ host, token, noToken = false, cors = [] }: Exposure): void {
  if (token === undefined && !noToken && !isLoopback(host)) throw new UserError(needsToken(host));
  if (token !== undefined && noToken) throw new UserError("--token and --no-token exclude each other");
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    throw new UserError("--token needs at least one character; letters, digits and signs without spaces");
  }
  for (const origin of cors) checkOrigin(origin);
}

function needsToken(host: string): string {
  return `--host ${host} lets others in: add --token SECRET, or --no-token if everybody may use this server`;
}

function checkOrigin(origin: string): void {
  if (origin === "*") return;
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (origin.includes("*") || url?.origin !== origin.toLowerCase().replace(/\/$/, "")) {
    throw new UserError(`--cors ${origin}: needs an origin such as https://dreams.example, or *`);
  }
}
