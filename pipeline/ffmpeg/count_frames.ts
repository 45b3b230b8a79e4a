import { fileArgument, runFfmpeg } from "./command.ts";
import { safeInput } from "./formats.ts";
import { locate } from "./locate.ts";
import { PlainName } from "./plain_name.ts";

/**
 * Reads one stream to its end without decoding it. Returns its number of frames and when the last one ends,
 * in seconds.
 *
 * @throws the signal's reason when it is aborted
 */
export async function countFrames(
  path: string,
  stream: number,
  signal?: AbortSignal,
): Promise<{ frames: number; end: number }> {
  using name = new PlainName(path);
  let frames = 0;
  let end = 0;
  await runFfmpeg(await locate("ffmpeg"), {
    inputs: [{ source: fileArgument(name.path), options: [...safeInput] }],
    options: ["-map", `0:${stream}`, "-c", "copy", "-f", "null"],
    output: "-",
    onLine(line) {
      const told = /frame= *(\d+).* time=(\d+):(\d+):([\d.]+)/.exec(line);
      if (!told) return;
      frames = Number(told[1]);
      end = Number(told[2]) * 3600 + Number(told[3]) * 60 + Number(told[4]);
    },
    signal,
  });
  signal?.throwIfAborted();
  return { frames, end };
}
