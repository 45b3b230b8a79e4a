/** A longer version of the sample clip. */
import { join } from "node:path";
import { locate } from "../../pipeline/ffmpeg/locate.ts";
import { FRAMES } from "./sample_clip/camera.ts";

/**
 * Repeats the sample clip, which loops seamlessly, up to at least the given number of frames. Returns the
 * path.
 */
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
