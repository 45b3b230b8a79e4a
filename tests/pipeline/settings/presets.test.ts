import assert from "node:assert/strict";
import { catalog } from "../../../models/catalog.ts";
import { parseParameters } from "../../../pipeline/settings/parameters.ts";
import { lookFor, plain, type Preset, presetOf, presets } from "../../../pipeline/settings/presets.ts";
import { settings } from "../../../pipeline/settings/settle.ts";
import { ReverieError } from "../../../models/errors.ts";

const named: [string, Preset][] = Object.entries(presets);

/** The settings of a preset with a network, without the network's name. */
function look(preset: string | undefined, network: string): Record<string, unknown> {
  const { model: _, ...all } = settings({ preset, given: {} }, network);
  return all;
}

Deno.test("every look is a set of valid settings for a network to dream with", () => {
  const networks = catalog.filter(({ dream }) => dream).map(({ name }) => name);
  for (const [name, { description, looks }] of [["", plain] as [string, Preset], ...named]) {
    assert.ok(description.length > 10, name);
    for (const { network, settings } of looks) {
      assert.ok(networks.includes(network), `${name}: ${network}`);
      assert.doesNotThrow(() => parseParameters(settings), name);
    }
  }
});

Deno.test("every preset differs from the default and from all others, with whatever network", () => {
  for (const network of ["googlenet", "inception-v3"]) {
    const all = [undefined, ...named.map(([name]) => name)].map((name) =>
      JSON.stringify(look(name, network))
    );
    if (network === "googlenet") assert.equal(new Set(all).size, all.length);
    else assert.ok(new Set(all).size >= 4, "InceptionV3 has three presets that differ from the default");
  }
});

Deno.test("every preset can be dreamed with InceptionV3, which npm has", () => {
  for (const [name, { looks }] of named) assert.equal(looks.at(-1)!.network, "inception-v3", name);
});

Deno.test("landscape keeps more of the dream than the default does, motion less", () => {
  const blend = (preset: string | undefined) => settings({ preset, given: {} }, "googlenet").blend;
  assert.ok(blend("landscape") < blend(undefined));
  assert.ok(blend("motion") >= 0.5);
});

Deno.test("what the user gives goes over the preset, the preset over the defaults", () => {
  const chosen = settings({ preset: "fast", given: { octaves: 5 } }, "googlenet");
  assert.equal(chosen.octaves, 5);
  assert.equal(chosen.imageSize, 320);
  assert.equal(chosen.jitter, settings({ given: {} }, "googlenet").jitter);
});

Deno.test("layers and channels are left out for a network that the preset was not made for", () => {
  const { layers, channels, ...rest } = lookFor(presets.classic, "other");
  assert.deepEqual([layers, channels], [undefined, undefined]);
  assert.equal(rest.octaveIterations, 10);
});

Deno.test("a preset that does not exist is refused with those there are", () => {
  for (const name of ["dreamy", "toString", ""]) {
    assert.throws(
      () => presetOf(name),
      (error) => error instanceof ReverieError && /landscape, motion, .*classic/.test(error.message),
    );
  }
});
