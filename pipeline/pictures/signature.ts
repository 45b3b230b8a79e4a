// deno-lint-ignore-file no-control-regex -- Signatures of files hold control characters.
import { Buffer } from "node:buffer";
import { readHead } from "../ffmpeg/read_head.ts";

/** What a file is by its first bytes, whatever its name. */
export type Signature =
  /** A picture, or an animated WebP, that libvips may be able to read. */
  | { is: "picture"; format: "jpeg" | "png" | "webp" | "tiff" | "heif" }
  /** Something that nothing here reads: what it is, and what to save it as instead. */
  | { is: "unread"; what: string; instead?: string }
  | { is: "text" }
  | { is: "unknown" };

/** Bytes at the beginning of a file that tell what it is. */
const headSize = 4096;

/** Reads the beginning of a file and says what the file is. */
export async function signatureOf(path: string): Promise<Signature> {
  return signature(await readHead(path, headSize));
}

/** {@link signatureOf}, for the first bytes of a file. */
export function signature(head: Uint8Array): Signature {
  // One character for each byte; TextDecoder's latin1 is another character set.
  const latin = Buffer.from(head).toString("latin1");
  const raw = rawFormats.some((pattern) => pattern.test(latin)) || isDng(head);
  if (raw) return { is: "unread", what: "a camera's raw picture", instead: "JPEG or PNG" };
  for (const [pattern, format] of pictures) if (pattern.test(latin)) return { is: "picture", format };
  for (const [pattern, what, instead] of unread) {
    if (pattern.test(latin)) return { is: "unread", what, ...(instead && { instead }) };
  }
  return isText(head) ? { is: "text" } : { is: "unknown" };
}

const pictures: readonly [RegExp, Extract<Signature, { is: "picture" }>["format"]][] = [
  [/^\xff\xd8\xff/, "jpeg"],
  [/^\x89PNG\r\n\x1a\n/, "png"],
  [/^RIFF[^]{4}WEBP/, "webp"],
  [/^(II\*\0|MM\0\*|II\+\0|MM\0\+)/, "tiff"],
  // Still pictures only: sequences of pictures have brands of their own, and are videos.
  [/^[^]{4}ftyp(avif|heic|heix|heim|heis|mif1|mif2)/, "heif"],
];

/** Raw pictures of cameras, most of which would pass for a TIFF that holds a thumbnail. */
const rawFormats: readonly RegExp[] = [
  /^II\*\0[^]{4}CR/,
  /^[^]{4}ftypcrx /,
  /^II\x1a\0\0\0HEAPCCDR/,
  /^FUJIFILMCCD-RAW/,
  /^II(RO|RS|U\0)/,
  /^\0MRM/,
  /^FOVb/,
  /^(II\*\0|MM\0\*)[^]*(NIKON CORPORATION|SONY\0|PENTAX|SAMSUNG TECHWIN)/,
];

const unread: readonly [pattern: RegExp, what: string, instead?: string][] = [
  [/^(\xef\xbb\xbf)?\s*(<\?xml[^]*|<!--[^]*)?<(!DOCTYPE )?svg[\s>]/i, "an SVG drawing", "PNG"],
  [/^(\xef\xbb\xbf)?\s*<(!DOCTYPE )?html/i, "a web page"],
  [/^%PDF-/, "a PDF document", "PNG"],
  [/^%!PS/, "a PostScript document", "PNG"],
  [/^\0asm|^\x7fELF|^MZ|^\xcf\xfa\xed\xfe/, "a program"],
  [/^PK\x03\x04|^7z\xbc\xaf\x27\x1c|^Rar!|^\x1f\x8b|^\xfd7zXZ|^BZh/, "an archive"],
  [/^MThd/, "a MIDI file"],
  [/^gimp xcf/, "a GIMP drawing", "PNG"],
  [/^SQLite format 3/, "a database"],
];

/** Whether a TIFF has the tag DNGVersion, which comes among those of the first directory. */
function isDng(head: Uint8Array): boolean {
  if (head.length < 8) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const little = view.getUint16(0) === 0x4949;
  if (!little && view.getUint16(0) !== 0x4d4d || view.getUint16(2, little) !== 42) return false;
  const at = view.getUint32(4, little);
  if (at + 2 > head.length) return false;
  const count = view.getUint16(at, little);
  for (let entry = 0; entry < count && at + 4 + entry * 12 <= head.length; entry++) {
    if (view.getUint16(at + 2 + entry * 12, little) === 0xc612) return true;
  }
  return false;
}

/** Whether bytes are UTF-8 text: no control characters but white space. */
function isText(head: Uint8Array): boolean {
  if (head.length === 0) return false;
  try {
    // The last character may be cut off.
    const text = new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    return !/[\0-\x08\x0e-\x1a\x1c-\x1f]/.test(text);
  } catch {
    return false;
  }
}
