import { decode } from "../../../pipeline/decode.ts";
import { encode, type EncodeOptions, type EncodeResult } from "../../../pipeline/encode.ts";
import { probe } from "../../../pipeline/ffmpeg/probe.ts";
import type { EncodableFrame } from "../../../pipeline/frame.ts";

/** Decodes and encodes a file; returns the number of frames from the encoder, and its final result. */
export async function copy(
  input: string,
  path: string,
  options: Partial<EncodeOptions> & { from?: number; duration?: number } = {},
): Promise<{ frames: number; result: EncodeResult }> {
  const source = await probe(input);
  const { from = 0, ...others } = options;
  const part = { from, ...(options.duration === undefined ? {} : { duration: options.duration }) };
  let frames = 0;
  let result: EncodeResult | undefined;
  const onResult = (told: EncodeResult) => void (result = told);
  for await (
    const _ of encode(decode(source, part), {
      ...source,
      path,
      sound: { source, ...part },
      onResult,
      ...others,
    })
  ) frames++;
  return { frames, result: result! };
}

/** Grey frames of 64x48 at 25 frames per second. */
export async function* grey(frames: number): AsyncGenerator<EncodableFrame> {
  for (let at = 0; at < frames; at++) {
    yield await Promise.resolve({
      pts: at / 25,
      duration: 1 / 25,
      rgb: new Uint8Array(64 * 48 * 3).fill(2 * at),
    });
  }
}

/** The options that go with {@link grey}. */
export const small = { width: 64, height: 48, frameRate: { num: 25, den: 1 } };
