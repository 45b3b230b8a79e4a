/**
 * Sets how long a GIF's last picture is shown: ffmpeg must be given that before the first one.
 *
 * @param seconds rounded to hundredths
 */
export async function setLastDelay(path: string, seconds: number): Promise<void> {
  using file = await Deno.open(path, { read: true, write: true });
  const at = await lastControl(file);
  if (at === undefined) return;
  const delay = Math.min(0xffff, Math.max(2, Math.round(seconds * 100)));
  await file.seek(at + 4, Deno.SeekMode.Start);
  await file.write(Uint8Array.of(delay & 0xff, delay >> 8));
}

/** Position of the last graphic control extension (GIF89a, section 23), found by walking over all blocks. */
async function lastControl(file: Deno.FsFile): Promise<number | undefined> {
  const byte = new Uint8Array(1);
  const read = async (position: number) => {
    await file.seek(position, Deno.SeekMode.Start);
    return await file.read(byte) === 1 ? byte[0]! : undefined;
  };
  const colours = (packed: number) => packed & 0x80 ? 3 << ((packed & 7) + 1) : 0;
  /** The end of a chain of sub-blocks. */
  const skip = async (position: number) => {
    for (let size; (size = await read(position)); position += size + 1);
    return position + 1;
  };
  let found: number | undefined;
  let at = 13 + colours(await read(10) ?? 0);
  for (let kind; (kind = await read(at)) === 0x21 || kind === 0x2c;) {
    if (kind === 0x21 && await read(at + 1) === 0xf9) found = at;
    // An extension has a label; a picture has nine bytes, its colours and the size of its codes.
    at = await skip(kind === 0x21 ? at + 2 : at + 11 + colours(await read(at + 9) ?? 0));
  }
  return found;
}
