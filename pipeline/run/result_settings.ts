/** The settings of a dream, read from the metadata of its result: `dream --like dream.mp4`. */
import { ReverieError } from "../../models/errors.ts";
import { line } from "../../models/line.ts";
import { readHead } from "../ffmpeg/read_head.ts";
import { checkReadable } from "../ffmpeg/refusal.ts";
import { containerComment, mark } from "../output/made_here.ts";
import { checkedSettings, settingNamed, type SomeParameters } from "../settings/parameters.ts";

const signature = `${mark} `;

/** Bytes from the start of a picture within which its comment stands. */
const headBytes = 1 << 17;

/** The comment of a result: its settings, and the network that dreamed it. */
export function resultComment(network: string, settings: SomeParameters): string {
  return `${signature}${JSON.stringify({ network, ...settings })}`;
}

/**
 * Reads the settings that made a result. Settings that this version does not know are left out.
 *
 * @throws {ReverieError} if the file cannot be read, does not say how it was made, or a setting no longer has
 *   its range
 */
export async function settingsOfResult(path: string): Promise<SomeParameters> {
  await checkReadable(path);
  // The comment of a picture, which ffprobe does not show, follows the header.
  const settings = parsed(await containerComment(path) ?? "") ??
    parsed(new TextDecoder().decode(await readHead(path, headBytes)));
  if (settings === undefined) {
    throw new ReverieError(
      "invalid_parameter",
      line`${{ path }} does not say how it was made: give a result of Reverie`,
    );
  }
  const known = Object.entries(settings).filter(([name]) => settingNamed(name) !== undefined);
  return checkedSettings(Object.fromEntries(known));
}

/** The JSON object that follows the signature, if there is one. */
function parsed(text: string): Record<string, unknown> | undefined {
  const start = text.indexOf(`${signature}{`);
  if (start < 0) return undefined;
  const json = text.slice(start + signature.length);
  for (let end = json.indexOf("}"); end >= 0; end = json.indexOf("}", end + 1)) {
    try {
      return JSON.parse(json.slice(0, end + 1));
    } catch {
      // The brace belongs to a text within the object.
    }
  }
  return undefined;
}
