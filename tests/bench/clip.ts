/** The clip that the benchmark dreams. */
import { join } from "node:path";
import { draw } from "../pipeline/clips.ts";
import { sharedDataPath } from "../shared_data.ts";

/** Frame rate of the clip; nearly the same in both forms. */
const rate = 30000 / 1001;

/** highway.mp4 of the shared data, or else a zooming fractal of the same size and length (300 frames). */
export async function benchClip(folder: string): Promise<string> {
  const shared = await sharedDataPath("clips/highway.mp4");
  if (shared !== undefined) return shared;
  console.log("a clip is drawn instead");
  return await draw(
    ...["-f", "lavfi", "-i", "mandelbrot=s=640x480:r=30000/1001:start_scale=2:end_scale=0.3:end_pts=300"],
    ...["-frames:v", "300", "-pix_fmt", "yuv420p", "-c:v", "libx264", join(folder, "clip.mp4")],
  );
}

/** Duration in seconds of the given number of frames: up to the middle between the last one and the next. */
export function secondsFor(frames: number): number {
  return (frames - 0.5) / rate;
}
