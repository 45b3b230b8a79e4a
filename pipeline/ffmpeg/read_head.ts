/**
 * Reads the first bytes of a file: `size` of them, or all if it has fewer.
 *
 * @throws {Deno.errors.NotFound} and other errors of the system
 */
export async function readHead(path: string, size: number): Promise<Uint8Array<ArrayBuffer>> {
  using file = await Deno.open(path);
  const head = new Uint8Array(size);
  let length = 0;
  for (let read; length < size && (read = await file.read(head.subarray(length)));) length += read;
  return head.subarray(0, length);
}
