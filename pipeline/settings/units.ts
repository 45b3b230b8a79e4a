import { parseNumber } from "./parse_number.ts";
import { invalidParameter } from "../../models/errors.ts";
import { line } from "../../models/line.ts";

/** The longest time that is taken, in seconds: more than any video lasts. */
const longestTime = 100_000 * 3600;

/**
 * Parses a time in seconds: `90`, `1.5`, `2:30`, `1:02:03.25`.
 *
 * @throws {ReverieError} naming the setting `field` if the text is not a time or is below zero
 */
export function parseTime(text: string, field: string): number {
  const parts = text.trim().split(":");
  const numbers = parts.map((part, index) =>
    index === parts.length - 1 || /^\d+$/.test(part) ? parseNumber(part) : undefined
  );
  const usable = parts.length <= 3 &&
    numbers.every((number, index) => number !== undefined && number >= 0 && (index === 0 || number < 60));
  const seconds = usable ? numbers.reduce<number>((sum, number) => sum * 60 + number!, 0) : NaN;
  // ffmpeg counts whole microseconds, and does not read the exponents in which tinier numbers are written.
  if (seconds <= longestTime) return Math.round(seconds * 1e6) / 1e6;
  if (seconds > longestTime) {
    throw invalidParameter(
      field,
      line`${{ field }} must be at most ${longestTime / 3600} hours, not "${text}"`,
    );
  }
  throw invalidParameter(
    field,
    line`${{ field }} must be a time in seconds or as h:mm:ss, such as 12.5 or 1:02:03, not "${text}"`,
  );
}

/**
 * Parses a duration, a time above 0.
 *
 * @throws {ReverieError} naming the setting `field` if the text is not a time or is not above zero
 */
export function parseDuration(text: string, field: string): number {
  const seconds = parseTime(text, field);
  if (seconds > 0) return seconds;
  throw invalidParameter(field, line`${{ field }} must be above 0`);
}

/** Formats a duration in seconds: `0:07`, `2:25`, `1:02:03`. */
export function formatTime(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** Formats a number of bytes exactly, as limits are named, in units of 1000: `1 MB`, `1.5 GB`, `1.048576 MB`. */
export function formatLimit(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const unit = Math.min(units.length - 1, Math.max(0, Math.floor((String(bytes).length - 1) / 3)));
  return `${bytes / 1000 ** unit} ${units[unit]}`;
}

/** Formats a number of bytes, in units of 1000: `25.3 MB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes, unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

const byteUnits: Record<string, number> = { "": 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/**
 * Parses a number of bytes, in units of 1000: `500000`, `500 MB`, `2.5G`.
 *
 * @throws {ReverieError} naming the setting `field` if the text is not a number of bytes or is not above zero
 */
export function parseBytes(text: string, field: string): number {
  const [, number = "", unit = ""] = /^([\d.]+)\s*([kmgt]?)b?$/i.exec(text.trim()) ?? [];
  const bytes = Math.round((parseNumber(number) ?? 0) * byteUnits[unit.toLowerCase()]!);
  if (bytes > 0) return bytes;
  throw invalidParameter(
    field,
    line`${{ field }} must be a number of bytes above 0, such as 500MB or 2G, not "${text}"`,
  );
}

/**
 * Parses a whole number from `least` to `most`.
 *
 * @throws {ReverieError} naming the setting `field` if the text is not such a number
 */
export function parseWhole(
  text: string,
  field: string,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  const number = parseNumber(text);
  if (number !== undefined && Number.isInteger(number) && number >= least && number <= most) return number;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
  throw invalidParameter(field, line`${{ field }} must be a whole number ${range}, not "${text}"`);
}

/**
 * Parses the size of a picture, such as `3840x2160`, and returns its number of pixels.
 *
 * @throws {ReverieError} naming the setting `field` if the text is not a size
 */
export function parsePixels(text: string, field: string): number {
  const [, width, height] = /^(\d{1,5})x(\d{1,5})$/.exec(text.trim()) ?? [];
  const pixels = Number(width) * Number(height);
  if (pixels > 0) return pixels;
  throw invalidParameter(field, line`${{ field }} must be a size such as 3840x2160, not "${text}"`);
}
