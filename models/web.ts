/** Access to the web: direct, through a mirror, or off. */
import { ReverieError } from "./errors.ts";
import type { Line } from "./line.ts";

/**
 * The URL to request for a file on the web. If `REVERIE_MIRROR` is set to a base URL, `https://HOST/PATH` becomes
 * `MIRROR/HOST/PATH`. Packages have their own variable for this, `NPM_CONFIG_REGISTRY`.
 */
export function webAddress(url: string): string {
  const mirror = Deno.env.get("REVERIE_MIRROR");
  if (!mirror || !url.startsWith("https://")) return url;
  return `${mirror.replace(/\/+$/, "")}/${url.slice("https://".length)}`;
}

/** Whether `REVERIE_OFFLINE` forbids access to the web and the npm registry. */
export function isOffline(): boolean {
  return !["", "0", "false", undefined].includes(Deno.env.get("REVERIE_OFFLINE"));
}

/**
 * Checks that downloads are allowed. `what` is what should be fetched, `otherwise` what the user can do instead.
 *
 * @throws {ReverieError} `download_unreachable` if `REVERIE_OFFLINE` is set.
 */
export function requireOnline(what: string, otherwise: Line = "fetch it on another machine"): void {
  if (!isOffline()) return;
  const reason = "REVERIE_OFFLINE is set, so nothing is fetched";
  throw new ReverieError("download_unreachable", `cannot fetch ${what}: ${reason}`, {
    reason,
    advice: ["unset it", otherwise],
  });
}
