/** Pictures and clips that are stored turned or mirrored. */
import sharp from "sharp";
import { ffmpeg } from "../ffmpeg.ts";
import type { Specimen } from "../specimen.ts";

/** Four corners of different colours, so that every orientation looks different. */
const corners = "color=red:s=48x32[a];color=lime:s=48x32[b];color=blue:s=48x32[c];color=white:s=48x32[d];" +
  "[a][b]hstack[top];[c][d]hstack[bottom];[top][bottom]vstack";

/** Colours of the corners from left to right and from above, as RGB. */
const red = [255, 0, 0], lime = [0, 255, 0], blue = [0, 0, 255], white = [255, 255, 255];

/** EXIF's orientations 1 to 8: what the corners look like when the picture is upright. */
const upright = [
  [red, lime, blue, white],
  [lime, red, white, blue],
  [white, blue, lime, red],
  [blue, white, red, lime],
  [red, blue, lime, white],
  [blue, red, white, lime],
  [white, lime, blue, red],
  [lime, white, red, blue],
];

/** The 4x4 fields of a picture with such corners. */
function fieldsOf([topLeft, topRight, bottomLeft, bottomRight]: number[][]): Uint8Array {
  const row = (left: number[], right: number[]) => [left, left, right, right].flat();
  const top = row(topLeft!, topRight!), bottom = row(bottomLeft!, bottomRight!);
  return new Uint8Array([top, top, bottom, bottom].flat());
}

/**
 * The rows `a b`, `c d` of the display matrix for each of EXIF's orientations, as QuickTime writes them:
 * a point (x, y) is shown at (a x + c y, b x + d y).
 */
const matrices = [
  [1, 0, 0, 1],
  [-1, 0, 0, 1],
  [-1, 0, 0, -1],
  [1, 0, 0, -1],
  [0, 1, 1, 0],
  [0, 1, -1, 0],
  [0, -1, -1, 0],
  [0, -1, 1, 0],
];

/** Overwrites the display matrix of an MP4 file's first track. */
async function setDisplayMatrix(path: string, [a, b, c, d]: number[]): Promise<void> {
  const bytes = await Deno.readFile(path);
  const tag = [..."tkhd"].map((letter) => letter.charCodeAt(0));
  const found = bytes.findIndex((_, index) => tag.every((byte, offset) => bytes[index + offset] === byte));
  const view = new DataView(bytes.buffer);
  const [one, last] = [0x10000, 0x40000000];
  const matrix = [a! * one, b! * one, 0, c! * one, d! * one, 0, 0, 0, last];
  // Version 0: the matrix follows 44 bytes after the box's type.
  matrix.forEach((value, index) => view.setInt32(found + 44 + 4 * index, value));
  await Deno.writeFile(path, bytes);
}

async function clip(path: string): Promise<void> {
  await ffmpeg(
    ...["-filter_complex", `${corners},loop=loop=9:size=1`, "-frames:v", "5"],
    ...["-c:v", "libx264", "-pix_fmt", "yuv444p", path],
  );
}

async function picture(path: string, orientation: number): Promise<void> {
  const plain = await ffmpeg(
    "-filter_complex",
    corners,
    "-frames:v",
    "1",
    "-c:v",
    "png",
    "-f",
    "image2pipe",
    "-",
  );
  await sharp(plain).withMetadata({ orientation }).toFile(path);
}

const size = (index: number): [number, number] => index < 4 ? [96, 64] : [64, 96];

/** All orientations of clips and of pictures. */
export const orientations: Specimen[] = [
  ...matrices.map((matrix, index): Specimen => ({
    name: `matrix-${index + 1}.mp4`,
    oddity: `display matrix ${matrix.join(" ")}`,
    make: async (path) => {
      await clip(path);
      await setDisplayMatrix(path, matrix);
    },
    differs: { fields: fieldsOf(upright[index]!), size: size(index) },
  })),
  {
    name: "matrix-zero.mp4",
    oddity: "a display matrix of zeros",
    make: async (path) => {
      await clip(path);
      await setDisplayMatrix(path, [0, 0, 0, 0]);
    },
    differs: { fields: fieldsOf(upright[0]!), size: size(0), frames: 5 },
  },
  ...["jpg", "png", "webp", "tif"].flatMap((extension) =>
    upright.map((colours, index): Specimen => ({
      name: `exif-${index + 1}.${extension}`,
      oddity: `EXIF orientation ${index + 1}`,
      make: (path) => picture(path, index + 1),
      differs: { fields: fieldsOf(colours), size: size(index) },
    }))
  ),
];
