import { UserError } from "../../models/errors.ts";
import { parseNumber } from "../flags.ts";

/**
 * A time as the user gives it, in seconds: `90`, `1.5`, `2:30`, `1:02:03.25`. Throws a UserError that names the flag
 * when it is none, or below zero.
 */
export function parseTime(text: string, flag: string): number {
  const parts = text.trim().split(":");
  const numbers = parts.map((part, index) =>
    index === parts.length - 1 || /^\d+$/.test(part) ? parseNumber(part) : undefined
  );
  const usable = parts.length <= 3 &&
    numbers.every((number, index) => number !== undefined && number >= 0 && (index === 0 || number < 60));
  if (usable) return numbers.reduce<number>((seconds, number) => seconds * 60 + number!, 0);
  throw new UserError(
    `${flag} must be a time in seconds or as h:mm:ss, such as 12.5 or 1:02:03, not "${text}"`,
  );
}

/** A span of time for people: `0:07`, `2:25`, `1:02:03`. */
export function formatTime(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** A number of bytes for people, in units of 1000: `25.3 MB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes, unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
