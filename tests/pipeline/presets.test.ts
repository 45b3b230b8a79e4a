import assert from "node:assert/strict";
import { UserError } from "../../models/errors.ts";
import { settings } from "../../pipeline/flags.ts";
import { parseParameters } from "../../pipeline/parameters.ts";
import { presets, presetSettings } from "../../pipeline/presets.ts";

Deno.test("every preset is a set of valid settings that changes something", () => {
  const standard = parseParameters({});
  for (const [name, { description }] of Object.entries(presets)) {
    assert.notDeepEqual(settings(name, {}), standard, name);
    assert.ok(description.length > 10, name);
  }
});

Deno.test("presets have the blends that are promised", () => {
  assert.equal(settings("landscape", {}).blend, 0.3);
  assert.equal(settings("motion", {}).blend, 0.7);
});

Deno.test("what the user gives goes over the preset, the preset over the defaults", () => {
  const chosen = settings("fast", { octaves: 5 });
  assert.equal(chosen.octaves, 5);
  assert.equal(chosen.imageSize, 320);
  assert.equal(chosen.jitter, parseParameters({}).jitter);
});

Deno.test("a preset's layers are left out for a network that does not have them", () => {
  assert.deepEqual(settings("fast", {}).layers, ["mixed3"]);
  assert.equal(settings("fast", { model: "other.onnx" }).layers, undefined);
  assert.deepEqual(settings("fast", { model: "inception-v3" }).layers, ["mixed3"]);
  assert.deepEqual(settings("fast", { model: "other.onnx", layers: ["features"] }).layers, ["features"]);
});

Deno.test("a preset that does not exist is refused with those there are", () => {
  for (const name of ["dreamy", "toString", ""]) {
    assert.throws(
      () => presetSettings(name),
      (error) => error instanceof UserError && /landscape, motion, art, fast, classic/.test(error.message),
    );
  }
});
