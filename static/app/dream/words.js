// @ts-check
/// <reference lib="dom" />

/**
 * Durations, counts and settings in words.
 *
 * @import { Settings } from "../types.ts"
 */
import { labelsOf, shownValue } from "../parameter_names.js";

/**
 * A duration in everyday words: `less than a minute`, `about 4 minutes`, `about 2 hours`.
 *
 * @param {number} seconds
 */
export function roughly(seconds) {
  if (seconds < 10) return "a few seconds";
  if (seconds < 55) return `about ${Math.ceil(seconds / 5) * 5} seconds`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `about ${counted(minutes, "minute")}`;
  const hours = seconds / 3600;
  if (hours < 36) return `about ${hours < 10 ? trim(hours, 1) : Math.round(hours)} hours`;
  return `about ${counted(Math.round(hours / 24), "day")}`;
}

/**
 * A position in a video: `0:07`, `1:02:33`.
 *
 * @param {number} seconds
 */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const [hours, minutes, rest] = /** @type {[number, number, number]} */ (parts);
  const tail = String(rest).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

/**
 * `1 frame`, `12 frames`.
 *
 * @param {number} count
 * @param {string} thing
 */
export function counted(count, thing) {
  return `${count.toLocaleString("en")} ${thing}${count === 1 ? "" : "s"}`;
}

/**
 * A number with at most the given number of decimals.
 *
 * @param {number} value
 * @param {number} decimals
 */
export function trim(value, decimals) {
  return String(Number(value.toFixed(decimals)));
}

/**
 * Settings in one line: `Jitter 16, Octaves 4`.
 *
 * @param {Record<string, unknown>} values
 * @param {Settings} settings
 */
export function settingsLine(values, settings) {
  const labelOf = labelsOf(settings);
  return Object.entries(values).map(([name, value]) => `${labelOf(name)} ${shownValue(value)}`).join(", ");
}
