import assert from "node:assert/strict";
import { parseParameters, settingList } from "../../pipeline/settings/parameters.ts";
import { settingView } from "../../server/http/setting_view.ts";
import { difference, valueOf } from "../../static/app/parameter_values.js";
import type { Parameter } from "../../static/app/types.ts";

const parameters = settingList.map(settingView) as Parameter[];

function parameter(name: string): Parameter {
  return parameters.find((one) => one.name === name)!;
}

Deno.test("every default lies on its slider", () => {
  for (const one of parameters) {
    const { slider } = one;
    if (!slider || one.default === undefined) continue;
    assert(Number(one.default) >= slider.low && Number(one.default) <= slider.high, one.name);
  }
});

Deno.test("a slider stays within what the server takes", () => {
  for (const one of parameters) {
    const { slider } = one;
    if (!slider) continue;
    assert(slider.low >= (one.minimum ?? one.above!), one.name);
    assert(slider.high <= one.maximum!, one.name);
  }
});

Deno.test("what is typed becomes what the schema takes", () => {
  const typed: Record<string, string> = {
    imageSize: "320",
    layers: "mixed3, mixed4",
    channels: "0,7",
    mean: "0.5",
    scale: "1, 2, 3",
    loss: "l2",
    blend: "0.3",
    octaveScale: "0.6",
    model: "inception-v3",
  };
  const input = Object.fromEntries(
    Object.entries(typed).map(([name, text]) => [name, valueOf(parameter(name), text)]),
  );
  const complete = parseParameters(input);
  assert.deepEqual(complete.layers, ["mixed3", "mixed4"]);
  assert.deepEqual(complete.channels, [0, 7]);
  assert.deepEqual(complete.mean, [0.5, 0.5, 0.5]);
  assert.deepEqual(complete.scale, [1, 2, 3]);
  assert.equal(complete.octaveScale, 0.6);
});

Deno.test("an empty field stands for the default", () => {
  assert.equal(valueOf(parameter("octaves"), "  "), undefined);
  assert.equal(valueOf(parameter("layers"), " , "), undefined);
});

Deno.test("values out of range are told in words", () => {
  assert.throws(() => valueOf(parameter("octaves"), "99"), /Must be a whole number from 1 to 12\./);
  assert.throws(() => valueOf(parameter("octaves"), "1.5"), /whole number/);
  assert.throws(() => valueOf(parameter("octaveScale"), "0"), /above 0, up to 4/);
  assert.throws(() => valueOf(parameter("channels"), "1,-2"), /whole numbers from 0/);
  assert.throws(() => valueOf(parameter("mean"), "1,2"), /one number, or three/);
  assert.throws(() => valueOf(parameter("blend"), "half"), /a number from 0 to 1/);
});

Deno.test("only what differs is sent", () => {
  const base = { blend: 0.12, layers: ["mixed3"], octaves: 3 };
  assert.deepEqual(difference({ blend: 0.12, layers: ["mixed3"], octaves: 4 }, base), { octaves: 4 });
});
