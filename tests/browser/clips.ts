/** Clips for the tests of the page. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { draw, inFolder } from "../pipeline/clips.ts";
import { sample } from "../server/helpers.ts";

const samplePath = fileURLToPath(sample);

/** Calls with a clip of one minute: the sample clip repeated, with its sound. */
export function withLongClip(use: (clip: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) =>
    await use(await draw("-stream_loop", "23", "-i", samplePath, "-c", "copy", join(folder, "long.mp4")))
  );
}

/** Calls with a motionless clip of one minute: a single frame of the sample clip. */
export function withStillClip(use: (clip: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    const frame = await draw("-i", samplePath, "-frames:v", "1", join(folder, "frame.png"));
    const input = ["-loop", "1", "-framerate", "24", "-i", frame, "-t", "60"];
    const coding = ["-vf", "scale=320:-2", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"];
    await use(await draw(...input, ...coding, join(folder, "still.mp4")));
  });
}
