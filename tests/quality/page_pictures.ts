/**
 * The pictures of the page and of README: `deno task pictures [NAME …]` dreams the sample clip with every
 * preset and writes static/presets/NAME.jpg, the pictures at the top of the page, and docs/dreamed.jpg. Takes
 * a few minutes.
 */
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { dreamVideo } from "../../pipeline/run/dream_video.ts";
import type { SomeParameters } from "../../pipeline/settings/parameters.ts";
import { presets } from "../../pipeline/settings/presets.ts";
import { settle } from "../../pipeline/settings/settle.ts";
import { Film, FULL_FILM } from "./sample_clip/film.ts";
import { jpeg, smallFrames } from "./pictures.ts";
import { terminalLine } from "../../pipeline/command_line/spelling.ts";

const project = join(import.meta.dirname!, "..", "..");
const sample = join(project, "static", "sample.mp4");
const folder = join(project, "static", "presets");

/** The frame on a preset's card, as a number of frames after the start of the dream. */
const card = { width: 360, height: 240, frame: 23, seconds: 1, bytes: 24_500 };

/** The picture at the top of the page: one frame of the film, larger, and the same frame dreamed. */
const hero = { width: 1280, height: 720, frame: 24, imageSize: 768 };

/** README's picture: these frames, before and after. */
const readme = { frames: [5, 17, 29, 41], columns: 240 };

async function dream(
  input: string,
  output: string,
  preset: string | undefined,
  given: SomeParameters,
  duration?: number,
) {
  const { parameters, notes } = await settle({ preset, given });
  for (const note of notes) console.error(terminalLine(note));
  const job = { input, output, parameters: { ...parameters, quality: 8 }, ...(duration && { duration }) };
  for await (const event of dreamVideo(job)) {
    if (event.event === "start") console.log(`${output}: ${event.network} (${event.layers})`);
  }
}

/** The picture of a preset, in the card's shape and within its size. */
async function presetPicture(name: string, temporary: string): Promise<void> {
  const video = join(temporary, `${name}.mp4`);
  await dream(sample, video, name === "default" ? undefined : name, {}, card.seconds);
  const [{ data, width, height }] = await smallFrames(video, [card.frame], FULL_FILM.width) as [
    Awaited<ReturnType<typeof smallFrames>>[number],
  ];
  const picture = sharp(data, { raw: { width, height, channels: 3 } })
    .resize({ width: card.width, height: card.height, fit: "cover" });
  await Deno.writeFile(join(folder, `${name}.jpg`), await within(picture, card.bytes));
}

/** The best JPEG that fits into the given number of bytes. */
async function within(picture: Sharp, bytes: number): Promise<Uint8Array> {
  for (let quality = 90;; quality -= 4) {
    const encoded = await picture.clone().jpeg({ quality, mozjpeg: true }).toBuffer();
    if (encoded.length <= bytes || quality < 30) return encoded;
  }
}

async function heroPictures(temporary: string): Promise<void> {
  const { width, height, frame } = hero;
  const film = new Film({ ...FULL_FILM, width, height });
  const before = join(temporary, "hero.png"), after = join(temporary, "hero-after.png");
  await Deno.writeFile(
    before,
    await sharp(film.frame(frame), { raw: { width, height, channels: 3 } }).png().toBuffer(),
  );
  await dream(before, after, undefined, { imageSize: hero.imageSize });
  for (const [name, picture] of [["hero-before", before], ["hero-after", after]] as const) {
    await Deno.writeFile(join(folder, `${name}.jpg`), await within(sharp(picture), 180_000));
  }
}

async function readmePicture(temporary: string): Promise<void> {
  const video = join(temporary, "dreamed.mp4");
  await dream(sample, video, undefined, {});
  const { frames, columns } = readme;
  const rows = [await smallFrames(sample, frames, columns), await smallFrames(video, frames, columns)];
  await Deno.writeFile(join(project, "docs", "dreamed.jpg"), await jpeg(rows, 86));
}

if (import.meta.main) {
  const wanted = Deno.args.length > 0 ? Deno.args : ["default", ...Object.keys(presets), "hero", "readme"];
  const temporary = await Deno.makeTempDir({ prefix: "reverie-pictures-" });
  try {
    for (const name of wanted) {
      if (name === "hero") await heroPictures(temporary);
      else if (name === "readme") await readmePicture(temporary);
      else await presetPicture(name, temporary);
    }
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
}
