import bundled from "@ffmpeg-installer/ffmpeg";
import type { Picture } from "../../../models/flow/flow.ts";

/** Reads a picture file (or the first frame of a video) through ffmpeg: the one on PATH, else npm's copy. */
export async function readPicture(path: string, filter = "null"): Promise<Picture> {
  const ppm = await ffmpeg([
    "-i",
    path,
    "-vf",
    filter,
    "-frames:v",
    "1",
    "-f",
    "image2pipe",
    "-c:v",
    "ppm",
    "-",
  ]);
  const header = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(new TextDecoder("latin1").decode(ppm.subarray(0, 64)));
  if (!header) throw new Error(`ffmpeg made no PPM of ${path}`);
  return fromRgb24(Number(header[1]), Number(header[2]), ppm.subarray(header[0].length));
}

/** A picture from interleaved 8-bit RGB. */
export function fromRgb24(width: number, height: number, rgb: Uint8Array): Picture {
  const count = width * height;
  const pixels = new Float32Array(3 * count);
  for (let i = 0; i < count; i++) {
    for (let channel = 0; channel < 3; channel++) pixels[channel * count + i] = rgb[3 * i + channel]! / 255;
  }
  return { width, height, pixels };
}

/** Runs ffmpeg and returns its standard output. */
export async function ffmpeg(args: string[]): Promise<Uint8Array> {
  for (const program of ["ffmpeg", bundled.path]) {
    try {
      const options = { args: ["-v", "error", "-nostdin", ...args] };
      const { success, stdout, stderr } = await new Deno.Command(program, options).output();
      if (!success) throw new Error(new TextDecoder().decode(stderr));
      return stdout;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new Error("there is no ffmpeg");
}
