/** Conditional requests (RFC 9110, section 13). */

/** What tells one state of a file from another. */
export interface Validators {
  /** A strong entity tag, in quotes. */
  etag: string;
  modified?: Date;
}

/** Whether the client has the file already, so that 304 is the answer. */
export function isUnchanged(headers: Headers, { etag, modified }: Validators): boolean {
  const tags = headers.get("If-None-Match");
  if (tags !== null) return tags.split(",").some((tag) => isSame(tag.trim(), etag));
  const since = Date.parse(headers.get("If-Modified-Since") ?? "");
  return modified !== undefined && inSeconds(modified) * 1000 <= since;
}

/** Whether a Range header counts: without If-Range, or where the file is still the one it names. */
export function isRangeValid(headers: Headers, { etag, modified }: Validators): boolean {
  const condition = headers.get("If-Range")?.trim();
  if (condition === undefined) return true;
  if (condition.startsWith('"') || condition.startsWith("W/")) return condition === etag;
  return modified !== undefined && inSeconds(modified) * 1000 === Date.parse(condition);
}

/** The weak comparison: a tag that a proxy has weakened is still the same. */
function isSame(tag: string, etag: string): boolean {
  return tag === "*" || tag.replace(/^W\//, "") === etag;
}

function inSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
