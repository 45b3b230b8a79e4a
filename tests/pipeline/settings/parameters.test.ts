import assert from "node:assert/strict";
import { parametersSchema, parseParameters, settingList } from "../../../pipeline/settings/parameters.ts";
import { settings } from "../../../pipeline/settings/all.ts";
import { ReverieError } from "../../../models/errors.ts";
import { commandLine } from "../../../pipeline/command_line/spelling.ts";

function refusal(input: Record<string, unknown>): string {
  try {
    parseParameters(input);
  } catch (error) {
    assert.ok(error instanceof ReverieError);
    assert.equal(error.exitCode, 2);
    return error.told(commandLine);
  }
  throw new assert.AssertionError({ message: `${JSON.stringify(input)} was accepted` });
}

Deno.test("every setting of the schema is described, in its order and with its default", () => {
  assert.deepEqual(settingList.map(({ name }) => name), Object.keys(parametersSchema.shape));
  const defaults = parseParameters({});
  for (const { name, help, default: standard } of settingList) {
    assert.ok(help.length > 10, name);
    assert.deepEqual(standard, defaults[name as keyof typeof defaults], name);
  }
});

Deno.test("a description tells kind, limits and choices", () => {
  assert.equal(settings.imageSize.allowed, "a whole number from 64 to 4096");
  assert.equal(settings.octaveScale.allowed, "a number above 0, up to 4");
  assert.equal(settings.smoothing.allowed, "none, gaussian or laplacian");
  assert.equal(settings.layers.kind, "texts");
  assert.equal(settings.channels.kind, "integers");
  assert.equal(settings.mean.kind, "perChannel");
  assert.equal(settings.independent.kind, "boolean");
});

Deno.test("a number outside its limits is refused with the limits", () => {
  assert.equal(refusal({ imageSize: 10 }), "--image-size must be a whole number from 64 to 4096, not 10");
  assert.equal(refusal({ seed: 1.5 }), "--seed must be a whole number from 0 to 4294967295, not 1.5");
  assert.equal(refusal({ octaveScale: 0 }), "--octave-scale must be a number above 0, up to 4, not 0");
  assert.equal(refusal({ octaveScale: 1 }), "--octave-scale must not be 1");
});

Deno.test("a choice that is not there is refused with the choices", () => {
  assert.equal(refusal({ loss: "max" }), '--loss must be mean, l2, norm, abs-mean or bce, not "max"');
});

Deno.test("a setting that does not exist is refused by name", () => {
  assert.match(refusal({ brightness: 3 }), /there is no setting --brightness/);
});

Deno.test("one number stands for all three channels", () => {
  assert.deepEqual(parseParameters({ mean: 0.5 }).mean, [0.5, 0.5, 0.5]);
  assert.deepEqual(parseParameters({ mean: [1, 2, 3] }).mean, [1, 2, 3]);
  assert.match(refusal({ mean: [1, 2] }), /^--mean must be one number, or three separated by commas/);
});

Deno.test("the settings that most people want have each a place of their own", () => {
  const places = settingList.flatMap(({ common }) => common ?? []).toSorted();
  assert.deepEqual(places, places.map((_, index) => index + 1));
});
