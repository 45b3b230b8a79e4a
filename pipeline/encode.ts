import { ReverieError } from "../models/errors.ts";
import { line } from "../models/line.ts";
import { containerOf } from "./encode/container.ts";
import { checkOutput, openPartial, partialPath, removeIfThere } from "./encode/destination.ts";
import { failure, FrameWriter } from "./encode/frame_writer.ts";
import { finish } from "./encode/finish.ts";
import { checkHlsFolder, HlsWatch } from "./encode/hls_folder.ts";
import type { EncodeOptions } from "./encode/options.ts";
import { ffprobe } from "./ffmpeg/ffprobe.ts";
import { locate } from "./ffmpeg/locate.ts";
import type { EncodableFrame } from "./frame.ts";

export { checkOutput, partialPath } from "./encode/destination.ts";
export { checkHlsFolder } from "./encode/hls_folder.ts";
export type { EncodeOptions, EncodeResult, SoundSource } from "./encode/options.ts";

/**
 * Writes frames to a file, with their time stamps and the sound of their source, and passes each frame on
 * once the encoder has taken it. H.264 needs even sides: an odd side is made even by repeating the last
 * column or row.
 *
 * Until all is done the file is named `NAME.partial.EXT` and is playable at any moment; then it gets its
 * final name. If the frames stop early (the signal aborts, the previous stage throws, the reader stops), the
 * encoder is finished properly and the partial file stays, unless it contains no frame. `onResult` reports
 * the outcome.
 *
 * @throws {ReverieError} if the output cannot be written (exit status 2) or the encoder fails on the way (1)
 * @throws whatever the previous stage throws
 */
export async function* encode<F extends EncodableFrame>(
  frames: AsyncIterable<F>,
  options: EncodeOptions,
): AsyncGenerator<F> {
  const { signal } = options;
  signal?.throwIfAborted();
  const container = containerOf(options.path);
  await checkOutput(options.path, options.sound?.source);
  const hls = await openHls(options);
  const partial = await openPartial(options.path);
  tellKept(options, partial);
  let writer: FrameWriter | undefined;
  let complete = false;
  try {
    writer = await FrameWriter.open(options, container, partial);
    for await (const frame of frames) {
      signal?.throwIfAborted();
      if (writer.frames === 0) await hls?.clear();
      await writer.write(frame);
      await hls?.check();
      yield frame;
    }
    signal?.throwIfAborted();
    if (writer.frames === 0) {
      throw new ReverieError(
        "encoding_failed",
        line`${{ path: options.path }} was not written: there was no frame`,
      );
    }
    const exit = await writer.finish(true);
    if (!exit.ok) throw await failure(options, exit, [partial]);
    await hls?.finish();
    await finish(options, container, partial, writer);
    complete = true;
  } finally {
    const kept = complete || await keepPartial(writer, partial);
    if (!complete && (writer?.frames ?? 0) > 0) await hls?.repair();
    const path = complete ? options.path : partial;
    options.onResult?.({ complete, frames: writer?.frames ?? 0, ...(kept ? { path } : {}) });
  }
}

/** Checks the folder for HLS, if there is to be any. */
async function openHls({ hls, path, sound }: EncodeOptions): Promise<HlsWatch | undefined> {
  if (hls === undefined) return undefined;
  await checkHlsFolder(hls, [path, ...(sound ? [sound.source.path] : [])]);
  return new HlsWatch(hls);
}

/** Says so if an earlier file keeps the partial file from its usual name. */
function tellKept({ path, onWarning }: EncodeOptions, partial: string): void {
  const usual = partialPath(path);
  if (partial === usual) return;
  onWarning?.(
    line`${{ path: usual }} is kept; until this run is done its frames are in ${{ path: partial }}`,
  );
}

/** Finishes an interrupted file and returns whether a playable file is left. */
async function keepPartial(writer: FrameWriter | undefined, partial: string): Promise<boolean> {
  await writer?.finish(false).catch(() => {});
  if (writer && writer.frames > 0 && await isPlayable(partial)) return true;
  await removeIfThere(partial);
  return false;
}

async function isPlayable(path: string): Promise<boolean> {
  try {
    const { streams } = await ffprobe(await locate("ffprobe"), path);
    return streams.some((stream) => stream.codec_type === "video" && Number(stream.width) > 0);
  } catch {
    return false;
  }
}
