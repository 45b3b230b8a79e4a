/** The sample clip, longer. */
import { join } from "node:path";
import { locate } from "../../pipeline/ffmpeg/locate.ts";
import { FRAMES } from "./sample_clip/camera.ts";

/** The sample clip repeated without a seam, of at least so many frames; it is made to be a loop. Returns its path. */
export async function looped(folder: string, frames: number): Promise<string> {
  const path = join(folder, "sample.mp4");
  const sample = join(import.meta.dirname!, "..", "..", "static", "sample.mp4");
  const { path: ffmpeg } = await locate("ffmpeg");
  const { success, stderr } = await new Deno.Command(ffmpeg, {
    args: [
      ...["-v", "error", "-stream_loop", String(Math.ceil(frames / FRAMES) - 1), "-i", sample],
      ...["-an", "-c:v", "libx264", "-crf", "10", "-frames:v", String(frames), path],
    ],
    stdin: "null",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return path;
}
