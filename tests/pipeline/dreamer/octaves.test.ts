import assert from "node:assert/strict";
import { Engine } from "../../../models/engine/engine.ts";
import { plain } from "../../../models/line.ts";
import { Dreamer, type DreamerOptions } from "../../../pipeline/dreamer/dreamer.ts";
import { leftOutNote, type OctaveSettings, planOctaves } from "../../../pipeline/dreamer/octaves.ts";
import { Random } from "../../../pipeline/graphs/random.ts";
import { parseParameters } from "../../../pipeline/settings/parameters.ts";
import { translateAliases } from "../../../pipeline/command_line/aliases.ts";
import { picture, referenceNetwork, size } from "./reference_network.ts";

const working = { height: 200, width: 300 };
const normal: OctaveSettings = { octaves: 2, octaveScale: 0.6 };

function planned(settings: Partial<OctaveSettings>, smallest = 1, multiple = 1): string[] {
  const { sizes } = planOctaves(working, { ...normal, ...settings }, { smallest, multiple });
  return sizes.map(({ height, width }) => `${height}x${width}`);
}

Deno.test("octaves have the sizes of neural-dream's modes, heights first", () => {
  assert.deepEqual(planned({}), ["120x180", "200x300"]);
  assert.deepEqual(planned({ octaveMode: "advanced" }), ["120x180", "240x360"]);
  const octaveSizes = [150, 240];
  assert.deepEqual(planned({ octaveMode: "manual-max", octaveSizes }), ["100x150", "160x240", "200x300"]);
  assert.deepEqual(planned({ octaveMode: "manual-min", octaveSizes }), ["150x225", "240x360", "200x300"]);
  assert.deepEqual(planned({ octaveMode: "manual", octaveSizes }), ["150x240", "200x300"]);
  assert.deepEqual(planned({ octaveMode: "manual", octaveSizes }, 1, 64), ["128x256", "192x320"]);
});

Deno.test("octaves that the network cannot run at are told, and sizes that make no sense refused", () => {
  const plan = planOctaves(working, { ...normal, octaves: 3 }, { smallest: 100 });
  assert.deepEqual(plan.sizes, [{ height: 120, width: 180 }, working]);
  assert.match(
    plain(leftOutNote(plan, 100)),
    /at least 100 pixels a side, so octaves of 108x72 are left out: 2 oct/,
  );
  assert.deepEqual(planned({ octaveMode: "advanced", octaveScale: 0.1 }, 100), ["200x300"]);
  for (
    const [settings, wrong] of [
      [{ octaveMode: "manual-max" }, /octaveMode manual-max needs octaveSizes/],
      [{ octaveMode: "manual", octaveSizes: [90] }, /heights and widths in turn, not 1/],
      [{ octaveMode: "advanced", octaveScale: 4, octaves: 12 }, /an octave of 8400x5600 pixels/],
    ] as const
  ) assert.throws(() => planned(settings), wrong);
});

Deno.test("-octave_scale is a ratio or a list of sizes", () => {
  const settings = (text: string) => {
    const { args } = translateAliases(text.split(" "));
    return args.map((arg) => arg.replace(/^--/, "")).join(" ");
  };
  assert.equal(settings("-octave_scale 0.7"), "octave-scale=0.7");
  assert.equal(
    settings("-octave_mode manual_max -octave_scale 96,112"),
    "octave-mode=manual-max octave-sizes=96,112",
  );
  assert.equal(
    settings("-octave_mode manual_min -octave_scale 96"),
    "octave-mode=manual-min octave-sizes=96",
  );
  // Theirs begin at this share of the picture.
  assert.equal(settings("-octave_mode advanced"), "octaves=2 octave-scale=0.6 octave-mode=advanced");
  assert.deepEqual(parseParameters({ octaveSizes: "96,112" }).octaveSizes, [96, 112]);
});

Deno.test("a dream through octaves of any size has the picture's size, and what the last octave added", async () => {
  await using engine = await Engine.start({ providers: ["cpu"] });
  const options: DreamerOptions = {
    ...{ layers: ["second"], loss: "norm", weighting: "plain", smoothing: "none", colour: 1, tvWeight: 0 },
    working: size,
  };
  const dreamed = async (settings: Partial<OctaveSettings>, steps = 2) => {
    const { sizes } = planOctaves(size, { ...normal, ...settings }, { smallest: 1 });
    const dreamer = await Dreamer.create(engine, referenceNetwork(), sizes, options);
    using given = await engine.put(picture);
    const random = new Random(0);
    const { picture: result } = await dreamer.dream(given, {
      steps,
      passes: 1,
      rate: 0.02,
      jitter: 0,
      random,
    });
    await dreamer.release();
    const { dims, data } = await result.take();
    return { dims, data: data as Float32Array };
  };
  const ways = [
    {},
    { octaveMode: "advanced" },
    { octaveMode: "manual", octaveSizes: [8, 16] },
    { octaveMode: "manual-max", octaveSizes: [8] },
  ] as const;
  const seen = new Set<string>();
  for (const settings of ways) {
    const { dims, data } = await dreamed(settings);
    assert.deepEqual(dims, [1, 3, size.height, size.width]);
    const change = Array.from(data, (value, i) => Math.abs(Number(value) - picture.data[i]!));
    assert.ok(change.reduce((a, b) => a + b) / change.length > 0.01);
    seen.add(Array.from(data).join());
    // Without a step, nothing is lost on the way through smaller sizes.
    const still = (await dreamed(settings, 0)).data;
    assert.ok(picture.data.every((value, i) => Math.abs(value - Number(still[i])) < 1e-6));
  }
  assert.equal(seen.size, ways.length);
});
