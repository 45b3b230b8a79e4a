/** Conditional requests (RFC 9110, section 13). */
import fresh from "fresh";

/** What tells one state of a file from another. */
export interface Validators {
  /** A strong entity tag, in quotes. */
  etag: string;
  modified?: Date;
}

/** Whether the client has the file already, so that 304 is the answer. */
export function isUnchanged(headers: Headers, { etag, modified }: Validators): boolean {
  return fresh(Object.fromEntries(headers), { etag, "last-modified": modified?.toUTCString() });
}

/** Whether a Range header counts: without If-Range, or where the file is still the one it names. */
export function isRangeValid(headers: Headers, { etag, modified }: Validators): boolean {
  const condition = headers.get("If-Range")?.trim();
  if (condition === undefined) return true;
  if (condition.startsWith('"') || condition.startsWith("W/")) return condition === etag;
  return modified !== undefined && Date.parse(modified.toUTCString()) === Date.parse(condition);
}
