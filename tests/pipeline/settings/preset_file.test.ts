import assert from "node:assert/strict";
import { join } from "node:path";
import { settings } from "../../../pipeline/settings/settle.ts";
import { defaults } from "../../../pipeline/settings/parameters.ts";
import { readPreset, writePreset } from "../../../pipeline/settings/preset_file.ts";
import { inFolder } from "../clips.ts";
import { ReverieError } from "../../../models/errors.ts";

Deno.test("a preset written from a dream gives its settings again", () =>
  inFolder(async (folder) => {
    const file = join(folder, "mine.json");
    const parameters = {
      ...defaults,
      model: "inception-v3",
      layers: ["mixed2"],
      channels: [3, 5],
      colour: 0.7,
      mean: [1, 2, 3] as [number, number, number],
    };
    await writePreset(file, { network: "inception-v3", parameters });
    const ownPreset = await readPreset(file);
    assert.deepEqual(ownPreset.looks, [{
      network: "inception-v3",
      settings: { layers: ["mixed2"], channels: [3, 5], colour: 0.7, mean: [1, 2, 3] },
    }]);
    assert.deepEqual(settings({ preset: file, ownPreset, given: {} }), parameters);
    assert.equal(settings({ preset: file, ownPreset, given: { colour: 0.1 } }).colour, 0.1);
  }));

Deno.test("a preset for a network that is a file needs that file, and never replaces another preset", () =>
  inFolder(async (folder) => {
    const file = join(folder, "mine.json");
    await writePreset(file, { network: "my.onnx", parameters: { ...defaults, layers: ["relu3"] } });
    const ownPreset = await readPreset(file);
    assert.throws(
      () => settings({ preset: file, ownPreset, given: {} }),
      /is made for a network that is a file/,
    );
    const { layers } = settings({ preset: file, ownPreset, given: { model: "my.onnx" } });
    assert.deepEqual(layers, ["relu3"]);
    const again = writePreset(file, { network: "my.onnx", parameters: defaults });
    await assert.rejects(again, /exists: give the preset another name/);
  }));

const wrong: [name: string, text: string, says: RegExp][] = [
  ["no JSON", "{", /is not JSON/],
  ["no looks", `{ "looks": [] }`, /is not a preset: looks/],
  [
    "an unknown field",
    `{ "looks": [{ "network": "googlenet", "settings": {} }], "name": 1 }`,
    /not a preset/,
  ],
  [
    "an unknown setting",
    `{ "looks": [{ "network": "googlenet", "settings": { "fog": 1 } }] }`,
    /no setting.*fog/,
  ],
  [
    "a value out of range",
    `{ "looks": [{ "network": "googlenet", "settings": { "blend": 7 } }] }`,
    /blend must be a number from 0 to 1/,
  ],
];

for (const [name, text, says] of wrong) {
  Deno.test(`a preset file with ${name} is refused in one line`, () =>
    inFolder(async (folder) => {
      const file = join(folder, "mine.json");
      await Deno.writeTextFile(file, text);
      await assert.rejects(readPreset(file), (error: Error) => {
        assert.ok(error instanceof ReverieError);
        assert.match(error.message, says);
        return true;
      });
    }));
}
