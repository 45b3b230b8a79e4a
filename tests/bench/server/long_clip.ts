import { join } from "node:path";
import { fileArgument, runFfmpeg } from "../../../pipeline/ffmpeg/command.ts";
import { locate } from "../../../pipeline/ffmpeg/locate.ts";

/** A clip repeated four times, so that its dream outlasts all phases even on a fast machine. */
export async function longClip(clip: string, folder: string): Promise<Uint8Array> {
  const output = join(folder, "long.mp4");
  const { ok, errors } = await runFfmpeg(await locate("ffmpeg"), {
    inputs: [{ source: fileArgument(clip), options: ["-stream_loop", "3"] }],
    options: ["-map", "0:v:0", "-c", "copy", "-y"],
    output,
  });
  if (!ok) throw new Error(`no long clip could be made: ${errors.join(" ")}`);
  const bytes = await Deno.readFile(output);
  await Deno.remove(output);
  return bytes;
}
