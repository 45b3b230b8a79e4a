/** Names of channels, from a file with one label a line, as neural-dream has them in `categories/`. */
import { readFileSync } from "node:fs";
import { invalidParameter } from "../../models/errors.ts";
import { line } from "../../models/line.ts";
import { reasonOf } from "../../models/system_error.ts";
import { nearest } from "../settings/nearest.ts";

/**
 * Replaces the words of a list of channels by the numbers of all channels whose label contains the word.
 *
 * @param list numbers and words between commas
 * @param file its first line is the label of channel 0
 * @throws {ReverieError} for a word that no label contains, and for a file that cannot be read
 */
export function channelsByLabel(list: string, file: string): string {
  const labels = labelsOf(file).map((label) => label.toLowerCase());
  const numbers = list.split(",").map((part) => part.trim()).flatMap((part) => {
    if (part === "" || /^-?\d+$/.test(part)) return [part];
    const word = part.toLowerCase();
    const found = labels.flatMap((label, channel) => label.includes(word) ? [String(channel)] : []);
    if (found.length > 0) return found;
    const near = nearest(word, labels);
    const advice = near === undefined ? [] : [`the nearest is "${near}"`];
    throw invalidParameter("channels", line`no label in ${{ path: file }} contains "${part}"`, { advice });
  });
  return [...new Set(numbers)].join(",");
}

/**
 * The labels of a file, the first that of channel or class 0.
 *
 * @throws {ReverieError} if it cannot be read
 */
export function labelsOf(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split(/\r?\n/);
  } catch (cause) {
    throw invalidParameter("labelFile", line`${{ path: file }} cannot be read: ${reasonOf(cause)}`, {
      cause,
    });
  }
}
