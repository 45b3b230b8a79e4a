/** Conditional requests (RFC 9110, section 13). */
import fresh from "fresh";

/** Values that identify one state of a file. */
export interface Validators {
  /** A strong entity tag, in quotes. */
  etag: string;
  modified?: Date;
}

/** Whether the client already has the file, so that the response is 304. */
export function isUnchanged(headers: Headers, { etag, modified }: Validators): boolean {
  return fresh(Object.fromEntries(headers), { etag, "last-modified": modified?.toUTCString() });
}

/** Whether to honour a Range header: if there is no If-Range, or the file is still the one it names. */
export function isRangeValid(headers: Headers, { etag, modified }: Validators): boolean {
  const condition = headers.get("If-Range")?.trim();
  if (condition === undefined) return true;
  if (condition.startsWith('"') || condition.startsWith("W/")) return condition === etag;
  return modified !== undefined && Date.parse(modified.toUTCString()) === Date.parse(condition);
}
