/** A reader for zip archives (PKWARE APPNOTE 6.3), limited to what PyTorch writes. */
import { crc32, inflateRawSync } from "node:zlib";
import { ByteReader, CheckpointError, damaged, quoted } from "./bytes.ts";

/** A file in an archive. */
export interface ZipEntry {
  /** Path inside the archive. */
  name: string;
  /** Uncompressed size in bytes. */
  size: number;
  /**
   * Returns the file's bytes; those of uncompressed files are not copied. Compressed files are never unpacked beyond
   * the size in the archive's directory.
   *
   * @throws {CheckpointError} if the size or the checksum differs from the archive's directory.
   */
  read(): Uint8Array;
}

/** A file's entry in the archive's directory. */
interface DirectoryEntry {
  name: string;
  method: number;
  encrypted: boolean;
  checksum: number;
  compressedSize: number;
  size: number;
  /** Offset of the file's local header. */
  offset: number;
}

const signatures = { local: 0x04034b50, directory: 0x02014b50, end: 0x06054b50 };
const endSize = 22;
const largestComment = 0xffff;
/** This value of a 32-bit field means that the real one is stored elsewhere, as in archives of over 4 GB (zip64). */
const elsewhere = 0xffffffff;

/** Whether bytes begin like a zip archive. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && new ByteReader(bytes).uint32() === signatures.local;
}

/**
 * The files of an archive by path. A file is only decompressed when it is read.
 *
 * @throws {CheckpointError} if the archive is truncated, encrypted or larger than 4 GB, or if its files overlap or lie
 * outside of it.
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

/** Largest accepted ratio of unpacked size to archive size, well above that of archives of weights. */
const mostCompression = 8;

function checkSize(directory: readonly DirectoryEntry[], archiveSize: number): void {
  const size = directory.reduce((sum, entry) => sum + entry.size, 0);
  if (size <= archiveSize * mostCompression) return;
  throw new CheckpointError(
    `claims to unpack to ${size} bytes, which is more than weights ever do; fetch it again`,
  );
}

/** Reads the end record, which is followed by a comment of unknown length. */
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

/** Where a file's bytes are. Sizes come from the directory, since local headers may omit them. */
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
 * Unpacks up to the declared size and stops as soon as there is more. A DecompressionStream would unpack all of its
 * input before it returns anything.
 */
function inflate(packed: Uint8Array, size: number): Uint8Array {
  const bytes = inflateRawSync(packed, { maxOutputLength: Math.max(1, size) });
  if (bytes.length !== size) throw new RangeError("the size is less");
  // A plain Uint8Array, since the slice() of Node's Buffer shares memory.
  return new Uint8Array(bytes.buffer, bytes.byteOffset, size);
}

function misplaced(): CheckpointError {
  return damaged("the zip archive's directory does not fit its contents");
}
