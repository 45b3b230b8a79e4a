/** Saves what the stages made as pictures, one folder per stage, to see why a dream looks as it does. */
import { join } from "node:path";
import sharp from "sharp";
import { line } from "../../models/line.ts";
import { describedPng } from "../encode/comment.ts";
import { hasMarkedHead, mark } from "../output/made_here.ts";
import { cannotWrite, unusable } from "../output/obstacles.ts";
import { isSameFile, ownStatusOf } from "../output/same_file.ts";
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
 * @throws {ReverieError} if something cannot be written
 */
export async function* dump<F extends DumpInput>(
  frames: AsyncIterable<F>,
  folder: string,
): AsyncGenerator<F> {
  await makeFolders(folder);
  for await (const frame of frames) {
    const write = async (kind: (typeof folders)[number], picture: Picture) => {
      const name = `${String(frame.index).padStart(6, "0")}.png`;
      await writeWhole(folder, join(folder, kind, name), await png(picture));
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
  const encoded = await sharp(data, { raw: { width, height, channels: channels as 1 | 3 } })
    .toColourspace(channels === 1 ? "b-w" : "srgb")
    .png()
    .toBuffer();
  return describedPng(encoded, { comment: mark });
}

/** Writes a file, or leaves none. */
async function writeWhole(folder: string, path: string, bytes: Uint8Array): Promise<void> {
  try {
    await Deno.writeFile(path, bytes);
  } catch (cause) {
    await Deno.remove(path).catch(() => {});
    throw blocked(folder, cause);
  }
}

async function makeFolders(folder: string): Promise<void> {
  try {
    for (const kind of folders) await Deno.mkdir(join(folder, kind), { recursive: true });
  } catch (cause) {
    throw blocked(folder, cause);
  }
}

function blocked(folder: string, cause: unknown) {
  return cannotWrite(line`${{ field: "dump" }} ${{ path: folder }}: cannot be written to`, cause);
}

/**
 * Creates the folders and checks that only pictures of an earlier dump would be replaced.
 *
 * @param others files that must stay: the source and the output
 * @throws {ReverieError} with one line that says what to do
 */
export async function checkDumpFolder(folder: string, others: readonly string[]): Promise<void> {
  const advice = ["choose another folder"];
  await makeFolders(folder);
  for (const kind of folders) {
    for await (const { name } of Deno.readDir(join(folder, kind))) {
      if (!/^\d{6,}\.png$/.test(name)) continue;
      const path = join(folder, kind, name);
      for (const other of others) {
        if (!await isSameFile(path, other)) continue;
        throw unusable(line`${{ path: other }} would be replaced by ${{ field: "dump" }}`, advice);
      }
      if ((await ownStatusOf(path))?.isFile && await hasMarkedHead(path)) continue;
      throw unusable(
        line`${{ path }} is in the way of ${{ field: "dump" }}, and Reverie did not make it`,
        advice,
      );
    }
  }
}
