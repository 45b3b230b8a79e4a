import assert from "node:assert/strict";
import { flowColour } from "../../../models/flow/colour.ts";

function colourOf(u: number, v: number, fullSpeed: number): number[] {
  return [...flowColour({ width: 1, height: 1, data: Float32Array.of(u, v) }, { fullSpeed })];
}

Deno.test("flowColour() gives each direction its hue of the Middlebury wheel", () => {
  assert.deepEqual(colourOf(1, 0, 1), [255, 0, 0]);
  const [red, green, blue] = colourOf(0, 1, 1); // down: place 13.5 of 55, where red turns to yellow at 15
  assert.deepEqual([red, green, blue], [255, Math.floor(255 * 13.5 / 15), 0]);
  assert.deepEqual(colourOf(-1, 0, 1), [0, Math.floor(255 * (1 - 2 / 11)), 255]);
  assert.deepEqual(colourOf(0, -1, 1), [Math.floor(255 * 4.5 / 13), 0, 255]);
});

Deno.test("flowColour() fades to white where nothing moves and darkens beyond full speed", () => {
  assert.deepEqual(colourOf(0, 0, 1), [255, 255, 255]);
  assert.deepEqual(colourOf(1, 0, 2), [255, 127, 127]);
  assert.deepEqual(colourOf(3, 0, 1), [191, 0, 0]);
});

Deno.test("flowColour() paints unknown motion black and scales to the fastest that is known", () => {
  const flow = { width: 3, height: 1, data: Float32Array.of(2, 1e10, NaN, 0, 1e10, 0) };
  assert.deepEqual([...flowColour(flow)], [255, 0, 0, 0, 0, 0, 0, 0, 0]);
});

Deno.test("flowColour() paints a still field white", () => {
  const white = flowColour({ width: 2, height: 2, data: new Float32Array(8) });
  assert.ok(white.every((value) => value === 255));
});
