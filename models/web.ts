/** How the web is asked: directly, by way of a mirror, or not at all. */
import { ReverieError } from "./errors.ts";
import type { Line } from "./line.ts";

/**
 * The address to ask for a file of the web. Where `REVERIE_MIRROR` names a base URL, `https://HOST/PATH` is asked at
 * `MIRROR/HOST/PATH`. Packages have a variable of their own for that, `NPM_CONFIG_REGISTRY`.
 */
export function webAddress(url: string): string {
  const mirror = Deno.env.get("REVERIE_MIRROR");
  if (!mirror || !url.startsWith("https://")) return url;
  return `${mirror.replace(/\/+$/, "")}/${url.slice("https://".length)}`;
}

/** Whether `REVERIE_OFFLINE` forbids to ask the web and the npm registry. */
export function isOffline(): boolean {
  return !["", "0", "false", undefined].includes(Deno.env.get("REVERIE_OFFLINE"));
}

/**
 * Throws a ReverieError `download_unreachable` where nothing may be fetched; `what` names what was wanted, `otherwise`
 * what the user can do.
 */
export function requireOnline(what: string, otherwise: Line = "fetch it on another machine"): void {
  if (!isOffline()) return;
  const reason = "REVERIE_OFFLINE is set, so nothing is fetched";
  throw new ReverieError("download_unreachable", `cannot fetch ${what}: ${reason}`, {
    reason,
    advice: ["unset it", otherwise],
  });
}
