// @ts-check
/// <reference lib="dom" />

/** Numbers and times in words. */

/**
 * Seconds as `8 s`, `2 min 5 s` or `1 h 20 min`.
 *
 * @param {number} seconds
 */
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return "";
  if (seconds < 9.95) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor(whole % 3600 / 60)} min`;
}

/**
 * Bytes as `12 MB`.
 *
 * @param {number} bytes
 */
export function size(bytes) {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
  return `${(bytes / 1e9).toFixed(2)} GB`;
}

/** @param {number} share */
export function percent(share) {
  return `${Math.floor(Math.min(1, Math.max(0, share)) * 100)} %`;
}

/**
 * A message of the server with an initial capital.
 *
 * @param {string} line
 */
export function sentence(line) {
  return line.charAt(0).toUpperCase() + line.slice(1);
}

/**
 * A past time as `3 minutes ago`.
 *
 * @param {string} time ISO 8601
 */
export function ago(time) {
  const seconds = (Date.now() - Date.parse(time)) / 1000;
  if (seconds < 60) return "just now";
  const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  if (seconds < 3600) return words.format(-Math.round(seconds / 60), "minute");
  if (seconds < 86400) return words.format(-Math.round(seconds / 3600), "hour");
  return words.format(-Math.round(seconds / 86400), "day");
}

/**
 * Parses a time given as seconds or h:mm:ss; undefined for empty text.
 *
 * @param {string} text
 * @returns {number | undefined}
 * @throws {Error} if the text is neither
 */
export function secondsOf(text) {
  const typed = text.trim();
  if (typed === "") return undefined;
  if (!/^(\d+:){0,2}\d+(\.\d*)?$|^\.\d+$/.test(typed)) throw new Error("Seconds such as 12.5, or 1:30.");
  return typed.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}
