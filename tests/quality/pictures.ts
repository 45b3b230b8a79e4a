/** Combines frames of videos in one picture. */
import type { Buffer } from "node:buffer";
import sharp from "sharp";
import { decode } from "../../pipeline/decode.ts";
import { probe } from "../../pipeline/ffmpeg/probe.ts";

/** A picture with 8 bits per channel, RGB, row by row. */
export interface SmallFrame {
  width: number;
  height: number;
  data: Buffer;
}

/** Reads frames by number, counted from 0 in rising order, scaled to the given width. */
export async function smallFrames(
  video: string,
  wanted: readonly number[],
  columns: number,
): Promise<SmallFrame[]> {
  const source = await probe(video);
  const { width, height } = source;
  const frames: SmallFrame[] = [];
  for await (const { index, rgb } of decode(source)) {
    if (wanted.includes(index)) {
      const { data, info } = await sharp(rgb, { raw: { width, height, channels: 3 } }).resize({
        width: columns,
      })
        .raw().toBuffer({ resolveWithObject: true });
      frames.push({ width: info.width, height: info.height, data });
    }
    if (frames.length === wanted.length) return frames;
  }
  throw new Error(`${video} has no frame ${wanted[frames.length]}`);
}

/** Pixels between two pictures. */
const gap = 2;

/** Rows of pictures of equal width as a JPEG; the pictures of a row have equal height. */
export async function jpeg(rows: readonly SmallFrame[][], quality = 82): Promise<Uint8Array> {
  const [{ width }] = rows[0] as [SmallFrame];
  const columns = Math.max(...rows.map((row) => row.length));
  const layers: {
    input: Buffer;
    raw: { width: number; height: number; channels: 3 };
    left: number;
    top: number;
  }[] = [];
  let top = 0;
  for (const row of rows) {
    for (const [column, { data, ...size }] of row.entries()) {
      layers.push({ input: data, raw: { ...size, channels: 3 }, left: column * (width + gap), top });
    }
    top += row[0]!.height + gap;
  }
  const canvas = { width: columns * (width + gap) - gap, height: top - gap, channels: 3 as const };
  return await sharp({ create: { ...canvas, background: "white" } }).composite(layers).jpeg({ quality })
    .toBuffer();
}
