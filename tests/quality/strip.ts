/** Videos side by side in one picture. */
import { encode } from "fast-png";
import type { Picture } from "../../models/flow/flow.ts";
import { decode } from "../../pipeline/decode.ts";
import { pictureOf } from "../../pipeline/evaluate/pictures.ts";
import { probe } from "../../pipeline/ffmpeg/probe.ts";

/** Columns of one picture in the strip. */
const columns = 384;

/**
 * A PNG with one row for each video, of the same size, and one column for each of the frames, which are numbered from
 * 0 in rising order.
 */
export async function strip(videos: readonly string[], frames: readonly number[]): Promise<Uint8Array> {
  const rows: Picture[][] = [];
  for (const video of videos) rows.push(await smallFrames(video, frames));
  const { width, height } = rows[0]![0]!;
  const data = new Uint8Array(rows.length * height * frames.length * width * 3);
  rows.forEach((pictures, row) =>
    pictures.forEach((picture, column) =>
      paste(picture, data, frames.length * width, column * width, row * height)
    )
  );
  return encode({ width: frames.length * width, height: rows.length * height, channels: 3, depth: 8, data });
}

async function smallFrames(video: string, wanted: readonly number[]): Promise<Picture[]> {
  const source = await probe(video);
  const size = { width: columns, height: Math.round(columns * source.height / source.width) };
  const pictures: Picture[] = [];
  for await (const { index, rgb } of decode(source)) {
    if (wanted.includes(index)) pictures.push(pictureOf(rgb, source, size));
    if (pictures.length === wanted.length) return pictures;
  }
  throw new Error(`${video} has no frame ${wanted[pictures.length]}`);
}

/** Writes a picture into interleaved bytes, its upper left corner at (left, top). */
function paste(
  { width, height, pixels }: Picture,
  into: Uint8Array,
  stride: number,
  left: number,
  top: number,
) {
  const plane = width * height;
  for (let i = 0; i < plane; i++) {
    const at = 3 * ((top + Math.floor(i / width)) * stride + left + i % width);
    for (let channel = 0; channel < 3; channel++) {
      into[at + channel] = Math.round(255 * pixels[channel * plane + i]!);
    }
  }
}
