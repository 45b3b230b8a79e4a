/** Cleans names from clients for messages, lists and headers. They are never used as paths. */

/** Maximum length of a file name in bytes of UTF-8. */
const longestName = 200;

/**
 * Returns the bare file name of an upload: no folders, no control or direction characters, at most 200 bytes
 * of UTF-8 with the extension kept, and never empty.
 */
export function cleanName(given: string | undefined): string {
  const bare = oneLine(given ?? "").split(/[/\\]/).at(-1)!.trim();
  return /^\.*$/.test(bare) ? "video" : shortened(bare);
}

/** Returns a text without line breaks, control characters and marks that change the writing direction. */
export function oneLine(text: string): string {
  return text.toWellFormed().normalize("NFC")
    // deno-lint-ignore no-control-regex
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/g, " ");
}

/** Quotes a text for a message, cut to 60 characters. */
export function quoted(text: string): string {
  const line = oneLine(text);
  return `"${line.length > 60 ? `${line.slice(0, 60).toWellFormed()}…` : line}"`;
}

function shortened(name: string): string {
  const bytes = new TextEncoder().encode(name);
  if (bytes.length <= longestName) return name;
  const extension = /\.[A-Za-z0-9]{1,8}$/.exec(name)?.[0] ?? "";
  const head = bytes.subarray(0, longestName - extension.length);
  // The decoder turns a character cut in two into U+FFFD.
  return new TextDecoder().decode(head).replace(/\ufffd+$/, "") + extension;
}
