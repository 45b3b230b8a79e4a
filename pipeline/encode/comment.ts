import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import { extensionOf } from "./container.ts";

const described = ["png", "jpg", "jpeg", "gif"];

/** Whether a file of this name gets its metadata from {@link describeFile}, because ffmpeg's encoders omit it. */
export function isDescribed(path: string): boolean {
  return described.includes(extensionOf(path));
}

/**
 * Copies a PNG, a JPEG or a GIF and adds metadata: as iTXt chunks, as comments or as one comment.
 */
export async function describeFile(
  from: string,
  to: string,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  const entries = Object.entries(metadata);
  const extension = extensionOf(to);
  if (extension === "gif") return await describeGif(from, to, entries);
  const file = await Deno.readFile(from);
  const isPng = extension === "png";
  await Deno.writeFile(to, isPng ? describedPng(file, metadata) : inserted(file, 2, jpegComment(entries)));
}

/** A PNG with metadata, as chunks after its header. */
export function describedPng(file: Uint8Array, metadata: Readonly<Record<string, string>>): Uint8Array {
  return inserted(file, 33, pngText(Object.entries(metadata)));
}

function inserted(file: Uint8Array, at: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([file.subarray(0, at), bytes, file.subarray(at)]);
}

/** One chunk per entry, to insert after the header; W3C PNG, 11.3.3.4. */
export function pngText(entries: [string, string][]): Uint8Array {
  return Buffer.concat(entries.map(([key, value]) => {
    // Keyword, no compression, no language, no translated keyword, text.
    const data = Buffer.from(`iTXt${key.slice(0, 79)}\0\0\0\0\0${value}`);
    const chunk = Buffer.alloc(data.length + 8);
    chunk.writeUInt32BE(data.length - 4, 0);
    data.copy(chunk, 4);
    chunk.writeUInt32BE(crc32(data), data.length + 4);
    return chunk;
  }));
}

/** Segments to insert after the start-of-image marker; ITU-T T.81, B.2.4.5. */
export function jpegComment(entries: [string, string][]): Uint8Array {
  return Buffer.concat(entries.map(([key, value]) => {
    const text = Buffer.from(`${key}: ${value}`).subarray(0, 65533);
    const segment = Buffer.alloc(text.length + 4);
    segment.writeUInt16BE(0xfffe, 0);
    segment.writeUInt16BE(text.length + 2, 2);
    text.copy(segment, 4);
    return segment;
  }));
}

/** A comment to insert before the first picture; GIF89a, section 24. */
export function gifComment(entries: [string, string][]): Uint8Array {
  const text = Buffer.from(entries.map(([key, value]) => `${key}: ${value}`).join("\n"));
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < text.length; at += 255) {
    const block = text.subarray(at, at + 255);
    blocks.push(Uint8Array.of(block.length), block);
  }
  return Buffer.concat([Uint8Array.of(0x21, 0xfe), ...blocks, Uint8Array.of(0)]);
}

/** Copies in blocks, because a long animation may not fit in memory. */
async function describeGif(from: string, to: string, entries: [string, string][]): Promise<void> {
  using source = await Deno.open(from);
  using target = await Deno.open(to, { write: true, createNew: true });
  const head = await readExactly(source, 13);
  const packed = head[10] ?? 0;
  const colours = await readExactly(source, packed & 0x80 ? 3 << ((packed & 7) + 1) : 0);
  for (const part of [head, colours, gifComment(entries)]) await writeAll(target, part);
  const buffer = new Uint8Array(1 << 20);
  for (let read; (read = await source.read(buffer));) await writeAll(target, buffer.subarray(0, read));
}

async function readExactly(file: Deno.FsFile, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  let filled = 0;
  for (let read; filled < size && (read = await file.read(bytes.subarray(filled)));) filled += read;
  return bytes.subarray(0, filled);
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await file.write(bytes.subarray(written));
}
