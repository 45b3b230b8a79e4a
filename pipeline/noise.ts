/** The step between occlusion and blend that lets a dream begin with noise instead of the frame. */
import type { Engine, Value } from "../models/engine/engine.ts";
import type { Size } from "./graphs/picture.ts";
import { Random } from "./graphs/random.ts";

/** What a dream begins with. */
export const beginnings = ["image", "random"] as const;

/** Options of {@link begun}. */
export interface BeginningOptions {
  engine: Engine;
  working: Size;
  source: Size;
  /** The network's mean RGB colour, in [0, 1], about which the noise varies. */
  meanColour: readonly number[];
  seed: number;
  settings: () => { init: typeof beginnings[number] };
}

/** Standard deviation of the noise in [0, 1], that of neural-dream: just enough for no two places to be alike. */
const deviation = 0.001 / 255;

/**
 * Replaces the working picture of frames that begin with noise. Their dream is added to `ground`, rgb24 of the source's
 * size and of the mean colour, instead of the frame. Request the next frame only after this one has been dreamed.
 */
export async function* begun<F extends { index: number; picture: Value }>(
  frames: AsyncIterable<F>,
  { engine, working, source, meanColour, seed, settings }: BeginningOptions,
): AsyncGenerator<F & { ground?: Uint8Array }> {
  const colour = meanColour.map((value) => Math.round(255 * value));
  let ground: Uint8Array | undefined;
  for await (const frame of frames) {
    if (settings().init === "image") {
      yield frame;
      continue;
    }
    frame.picture.release();
    const data = noise(working, colour, new Random(seed + 0x9e3779b1 * (frame.index + 1)));
    const dims = [1, 3, working.height, working.width];
    ground ??= Uint8Array.from({ length: 3 * source.height * source.width }, (_, i) => colour[i % 3]!);
    yield { ...frame, picture: await engine.put({ type: "float32", dims, data }), ground };
  }
}

/** Normally distributed values about a colour in grey levels, planar, in [0, 1] (Box and Muller 1958). */
function noise({ height, width }: Size, colour: readonly number[], random: Random): Float32Array {
  const plane = height * width, steps = 2 ** 24;
  return Float32Array.from({ length: 3 * plane }, (_, i) => {
    const radius = Math.sqrt(-2 * Math.log((random.below(steps) + 1) / steps));
    const angle = 2 * Math.PI * random.below(steps) / steps;
    return colour[Math.floor(i / plane)]! / 255 + deviation * radius * Math.cos(angle);
  });
}
