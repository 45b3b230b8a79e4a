/** How the web is asked: directly, by way of a mirror, or not at all. */
import { DownloadError } from "./download_error.ts";

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
 * Throws a {@link DownloadError} where nothing may be fetched; `what` names what was wanted, `otherwise` what the user
 * can do, as the end of a sentence.
 */
export function requireOnline(what: string, otherwise = "fetch it on another machine"): void {
  if (!isOffline()) return;
  const reason = "REVERIE_OFFLINE is set, so nothing is fetched";
  throw new DownloadError(`cannot fetch ${what}: ${reason}; unset it, or ${otherwise}`, {
    failure: "unreachable",
    reason,
  });
}
