/** The part of a file that a request asks for (RFC 9110, section 14). */
import parseRange from "range-parser";

/** Bytes from `start` to `end`, both inclusive. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * Parses a Range header for a file of `size` bytes. Returns a range; "all" if the header is to be ignored
 * because it is malformed, uses another unit or asks for several parts; "none" if the range lies outside the
 * file.
 */
export function byteRange(header: string | undefined, size: number): ByteRange | "all" | "none" {
  if (header === undefined || !header.startsWith("bytes=")) return "all";
  const suffix = /^bytes=-(\d+)$/.exec(header.trim())?.[1];
  // For a suffix longer than the file, the library returns no range; the standard means the whole file.
  if (suffix !== undefined && Number(suffix) >= size && size > 0) return { start: 0, end: size - 1 };
  const ranges = parseRange(size, header, { combine: true });
  if (ranges === -1) return "none";
  if (ranges === -2 || ranges.length !== 1) return "all";
  const { start, end } = ranges[0]!;
  return { start, end };
}
