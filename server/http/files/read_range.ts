import type { ByteRange } from "./byte_range.ts";

/** Bytes per read. */
const chunkBytes = 64 * 1024;

/** Returns a part of a file as a stream. The stream closes the file at its end or when it is cancelled. */
export function readRange(file: Deno.FsFile, { start, end }: ByteRange): ReadableStream<Uint8Array> {
  let position = start;
  let closed = false;
  const close = () => {
    if (!closed) file.close();
    closed = true;
  };
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        if (position === start) await file.seek(start, Deno.SeekMode.Start);
        const buffer = new Uint8Array(Math.min(chunkBytes, end + 1 - position));
        const bytes = await file.read(buffer);
        if (bytes === null) throw new Error("the file became shorter while it was sent");
        position += bytes;
        controller.enqueue(buffer.subarray(0, bytes));
        if (position <= end) return;
        close();
        controller.close();
      } catch (error) {
        close();
        controller.error(error);
      }
    },
    cancel: close,
  }, { highWaterMark: 0 });
}
