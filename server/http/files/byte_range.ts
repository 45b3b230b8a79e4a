/** Which part of a file a request asks for (RFC 9110, section 14). */
import parseRange from "range-parser";

/** Bytes from `start` to `end`, both included. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * The bytes that a Range header asks for of `size`: a range; "all" where the header is to be ignored, since it is
 * malformed, of another unit or asks for several parts; "none" where no byte of the file lies in it.
 */
export function byteRange(header: string | undefined, size: number): ByteRange | "all" | "none" {
  if (header === undefined || !header.startsWith("bytes=")) return "all";
  const suffix = /^bytes=-(\d+)$/.exec(header.trim())?.[1];
  // The library takes a suffix longer than the file for none, the standard for the whole file.
  if (suffix !== undefined && Number(suffix) >= size && size > 0) return { start: 0, end: size - 1 };
  const ranges = parseRange(size, header, { combine: true });
  if (ranges === -1) return "none";
  if (ranges === -2 || ranges.length !== 1) return "all";
  const { start, end } = ranges[0]!;
  return { start, end };
}
