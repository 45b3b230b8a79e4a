/** Clips that the tests of the page dream. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { draw, inFolder } from "../pipeline/clips.ts";
import { sample } from "../server/helpers.ts";

const samplePath = fileURLToPath(sample);

/** Does something with a clip of a minute: the sample clip over and over, with its sound. */
export function withLongClip(use: (clip: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) =>
    await use(await draw("-stream_loop", "23", "-i", samplePath, "-c", "copy", join(folder, "long.mp4")))
  );
}

/** Does something with a clip of a minute in which nothing moves: a frame of the sample clip. */
export function withStillClip(use: (clip: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    const frame = await draw("-i", samplePath, "-frames:v", "1", join(folder, "frame.png"));
    const input = ["-loop", "1", "-framerate", "24", "-i", frame, "-t", "60"];
    const coding = ["-vf", "scale=320:-2", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"];
    await use(await draw(...input, ...coding, join(folder, "still.mp4")));
  });
}
