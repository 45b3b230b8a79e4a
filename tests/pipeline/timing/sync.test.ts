import assert from "node:assert/strict";
import { join } from "node:path";
import { type Line, plain } from "../../../models/line.ts";
import { probe } from "../../../pipeline/ffmpeg/probe.ts";
import { inFolder } from "../clips.ts";
import { copy } from "../ffmpeg/copy.ts";
import { drawFlashes, type FlashOptions, moments } from "./moments.ts";

const onWarning = (warning: Line) => assert.fail(plain(warning));

/** A frame of the clips, in seconds. */
const frame = 0.04;

function assertOffset(
  { flashes, beeps }: { flashes: number[]; beeps: number[] },
  late: number,
  name: string,
) {
  assert.ok(flashes.length > 1 && flashes.length === beeps.length, `${name} ${flashes} | ${beeps}`);
  flashes.forEach((flash, at) => {
    assert.ok(Math.abs(beeps[at]! - flash - late) < frame, `${name} ${flashes} | ${beeps}`);
  });
}

const clips: [name: string, clip: FlashOptions, late: number][] = [
  ["late sound.ts", { sound: 0.7 }, 0.7],
  ["late picture.ts", { picture: 0.7 }, -0.7],
  ["late sound.vob", { sound: 0.7 }, 0.7],
  ["late picture.mkv", { picture: 0.7 }, -0.7],
];

for (const [name, clip, late] of clips) {
  Deno.test(`sound and picture keep their distance: ${name}`, () =>
    inFolder(async (folder) => {
      const input = await drawFlashes(join(folder, name), clip);
      await copy(input, join(folder, "out.mp4"), { onWarning });
      assertOffset(await moments(join(folder, "out.mp4")), late, name);
    }));
}

Deno.test("a part of joined streams holds the picture and sound of its time", () =>
  inFolder(async (folder) => {
    const one = await Deno.readFile(await drawFlashes(join(folder, "one.ts"), { picture: 0.7 }));
    const input = join(folder, "joined.ts");
    await Deno.writeFile(input, one);
    await Deno.writeFile(input, one, { append: true });
    assert.ok(Math.abs((await probe(input)).duration - 7.5) < 0.1);
    await copy(input, join(folder, "out.mp4"), { from: 4, duration: 3.5, onWarning });
    const found = await moments(join(folder, "out.mp4"));
    // The second stream begins after the first: 0.7 s of sound, then the first flash after 0.5 s.
    assert.equal(found.flashes.length, 3);
    assert.ok(Math.abs(found.flashes[0]! - (3.74 + 1.22 - 4)) < frame, `${found.flashes}`);
    found.flashes.slice(0, 2).forEach((flash) =>
      assert.ok(found.beeps.some((beep) => Math.abs(beep - flash - 0.28) < frame), `${found.beeps}`)
    );
  }));
