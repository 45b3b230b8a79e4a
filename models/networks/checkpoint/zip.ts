/** A reader for zip archives (PKWARE APPNOTE 6.3), as far as PyTorch writes them. */
import { crc32, inflateRawSync } from "node:zlib";
import { ByteReader, CheckpointError, damaged, quoted } from "./bytes.ts";

/** A file in an archive. */
export interface ZipEntry {
  /** Path inside the archive. */
  name: string;
  /** Size in bytes once it is read. */
  size: number;
  /**
   * The file's bytes; stored ones are not copied. Throws a {@link CheckpointError} when they are not what the
   * archive's directory says: another size, another checksum. Compressed files are unpacked no further than to the
   * size in the directory.
   */
  read(): Uint8Array;
}

/** What the archive's directory says of a file. */
interface DirectoryEntry {
  name: string;
  method: number;
  encrypted: boolean;
  checksum: number;
  compressedSize: number;
  size: number;
  /** Where the file's local header begins. */
  offset: number;
}

const signatures = { local: 0x04034b50, directory: 0x02014b50, end: 0x06054b50 };
const endSize = 22;
const largestComment = 0xffff;
/** The highest value of a 32-bit field says that the true one is elsewhere, as in archives of over 4 GB. */
const elsewhere = 0xffffffff;

/** Whether bytes begin as a zip archive does. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && new ByteReader(bytes).uint32() === signatures.local;
}

/**
 * The files of an archive by their path. Nothing is decompressed before it is asked for.
 *
 * Throws a {@link CheckpointError} for an archive that is cut short, whose files overlap or lie outside of it, and
 * for what no checkpoint is: encrypted, over 4 GB.
 */
export function readZip(bytes: Uint8Array): Map<string, ZipEntry> {
  const { count, offset } = directoryOf(bytes);
  const reader = new ByteReader(bytes, offset);
  const directory: DirectoryEntry[] = [];
  for (let index = 0; index < count; index++) directory.push(directoryEntry(reader));
  checkSize(directory, bytes.length);
  directory.sort((a, b) => a.offset - b.offset);

  const entries = new Map<string, ZipEntry>();
  let free = 0;
  for (const entry of directory) {
    const { start, end } = place(bytes, entry);
    if (entry.offset < free || end > offset) {
      throw damaged(`${quoted(entry.name)} overlaps another part of the archive`);
    }
    if (entries.has(entry.name)) throw damaged(`it holds ${quoted(entry.name)} twice`);
    free = end;
    const { name, size } = entry;
    entries.set(name, { name, size, read: () => content(entry, bytes.subarray(start, end)) });
  }
  return entries;
}

/** How much smaller than their files archives of weights get, generously. */
const mostCompression = 8;

function checkSize(directory: readonly DirectoryEntry[], archiveSize: number): void {
  const size = directory.reduce((sum, entry) => sum + entry.size, 0);
  if (size <= archiveSize * mostCompression) return;
  throw new CheckpointError(
    `claims to unpack to ${size} bytes, which is more than weights ever do; fetch it again`,
  );
}

/** Reads the end record, which lies before a comment of unknown length. */
function directoryOf(bytes: Uint8Array): { count: number; offset: number } {
  const last = bytes.length - endSize;
  for (let position = last; position >= Math.max(0, last - largestComment); position--) {
    const reader = new ByteReader(bytes, position);
    if (reader.uint32() !== signatures.end) continue;
    reader.position += 6;
    const [count, , offset, comment] = [reader.uint16(), reader.uint32(), reader.uint32(), reader.uint16()];
    if (reader.position + comment !== bytes.length) continue;
    if (offset === elsewhere) {
      throw new CheckpointError(
        "is laid out for over 4 GB, which is not read; save it again with torch.save",
      );
    }
    return { count, offset };
  }
  throw new CheckpointError("is cut short: the end of the zip archive is missing; fetch it again");
}

function directoryEntry(reader: ByteReader): DirectoryEntry {
  if (reader.uint32() !== signatures.directory) throw misplaced();
  reader.position += 4;
  const [flags, method] = [reader.uint16(), reader.uint16()];
  reader.position += 4;
  const [checksum, compressedSize, size] = [reader.uint32(), reader.uint32(), reader.uint32()];
  const [nameLength, extraLength, commentLength] = [reader.uint16(), reader.uint16(), reader.uint16()];
  reader.position += 8;
  const offset = reader.uint32();
  const name = reader.text(nameLength);
  reader.position += extraLength + commentLength;
  if ([compressedSize, size, offset].includes(elsewhere)) throw misplaced();
  return { name, method, encrypted: (flags & 1) !== 0, checksum, compressedSize, size, offset };
}

/** Where the bytes of a file lie. Its sizes are those of the directory: local headers may leave them out. */
function place(
  bytes: Uint8Array,
  { offset, compressedSize }: DirectoryEntry,
): { start: number; end: number } {
  const reader = new ByteReader(bytes, offset);
  if (reader.uint32() !== signatures.local) throw misplaced();
  reader.position += 22;
  const [nameLength, extraLength] = [reader.uint16(), reader.uint16()];
  reader.position += nameLength + extraLength;
  const start = reader.position;
  reader.bytes(compressedSize);
  return { start, end: reader.position };
}

function content(entry: DirectoryEntry, packed: Uint8Array): Uint8Array {
  const { name, size, checksum, encrypted } = entry;
  if (encrypted) {
    throw new CheckpointError(`is encrypted: ${quoted(name)} cannot be read; pack it without a password`);
  }
  const bytes = unpacked(entry, packed);
  if (bytes.length !== size || crc32(bytes) !== checksum) {
    throw damaged(`the checksum of ${quoted(name)} is wrong`);
  }
  return bytes;
}

function unpacked({ name, method, size }: DirectoryEntry, packed: Uint8Array): Uint8Array {
  if (method === 0) return packed;
  if (method !== 8) {
    throw new CheckpointError(
      `is compressed in a way (${method}) that is not read; pack it without compression, or save it again with torch.save`,
    );
  }
  try {
    return inflate(packed, size);
  } catch (cause) {
    throw damaged(`${quoted(name)} does not unpack to the ${size} bytes it claims`, cause);
  }
}

/**
 * Unpacks to the size that is claimed, and stops as soon as there is more. A DecompressionStream would not: it
 * unpacks all that it was given before it hands out anything.
 */
function inflate(packed: Uint8Array, size: number): Uint8Array {
  const bytes = inflateRawSync(packed, { maxOutputLength: Math.max(1, size) });
  if (bytes.length !== size) throw new RangeError("the size is less");
  // Not as Node's Buffer, whose slice() shares memory.
  return new Uint8Array(bytes.buffer, bytes.byteOffset, size);
}

function misplaced(): CheckpointError {
  return damaged("the zip archive's directory does not fit its contents");
}
