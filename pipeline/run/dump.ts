/** Saves what the stages made as pictures, one folder per stage, to see why a dream looks as it does. */
import { join } from "node:path";
import sharp from "sharp";
import { ReverieError } from "../../models/errors.ts";
import { line } from "../../models/line.ts";
import { reasonOf } from "../../models/system_error.ts";
import type { Value } from "../../models/engine/engine.ts";
import type { Motion } from "../motion.ts";
import { flowPicture, type Picture, tensorPicture } from "../graphs/tensor_picture.ts";

const folders = ["flow", "mask", "blended", "dream"] as const;

/** What can be saved of a frame. */
export interface DumpInput {
  index: number;
  mixed: Value;
  dreamed: Value;
  motion?: Motion;
}

/**
 * Passes frames on and writes `flow/000001.png` (colours of Baker et al. 2011), `mask/…` (white is visible),
 * `blended/…` (the picture dreamed on) and `dream/…`, all at the working size.
 *
 * @throws {ReverieError} if the folder cannot be created
 */
export async function* dump<F extends DumpInput>(
  frames: AsyncIterable<F>,
  folder: string,
): AsyncGenerator<F> {
  await prepareFolders(folder);
  for await (const frame of frames) {
    const write = async (kind: (typeof folders)[number], picture: Picture) => {
      const name = `${String(frame.index).padStart(6, "0")}.png`;
      await Deno.writeFile(join(folder, kind, name), await png(picture));
    };
    await write("blended", tensorPicture(await frame.mixed.read()));
    await write("dream", tensorPicture(await frame.dreamed.read()));
    if (frame.motion) {
      await write("mask", tensorPicture(await frame.motion.mask.read()));
      await write("flow", flowPicture(await frame.motion.flow.read()));
    }
    yield frame;
  }
}

/** Encodes a PNG with 8 bits per channel and the channels of the picture. */
async function png({ width, height, channels, data }: Picture): Promise<Uint8Array> {
  return await sharp(data, { raw: { width, height, channels: channels as 1 | 3 } })
    .toColourspace(channels === 1 ? "b-w" : "srgb")
    .png()
    .toBuffer();
}

async function prepareFolders(folder: string): Promise<void> {
  try {
    for (const kind of folders) await Deno.mkdir(join(folder, kind), { recursive: true });
  } catch (cause) {
    throw new ReverieError(
      "output_unusable",
      line`${{ field: "dump" }} ${{ path: folder }}: cannot be written to (${reasonOf(cause)})`,
      { advice: ["choose another folder"], cause },
    );
  }
}
