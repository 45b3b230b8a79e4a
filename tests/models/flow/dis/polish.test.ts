import assert from "node:assert/strict";
import { endPointError } from "../../../../models/flow/flo.ts";
import type { FlowField } from "../../../../models/flow/flow.ts";
import { toGrey } from "../../../../models/flow/dis/grey.ts";
import { polish } from "../../../../models/flow/dis/polish.ts";
import { draw, movedPair, similarity, texture, translation, trueFlow } from "../synthetic.ts";

/** A flow with an error of waves of `amplitude` pixels. */
function off(flow: FlowField, amplitude: number): FlowField {
  const { width, data } = flow;
  return {
    ...flow,
    data: data.map((value, i) => value + amplitude * Math.sin(i % width / 9 + i / width / 7)),
  };
}

Deno.test("polish() makes a flow that is a pixel off exact, and leaves the given one as it is", () => {
  const movement = similarity(60, 50, 0.05, 1.03);
  const [from, to] = movedPair(120, 100, movement).map(toGrey);
  const truth = trueFlow(120, 100, movement.forward);
  const rough = off(truth, 1);
  const before = rough.data.slice();
  const polished = polish(from!, to!, rough);
  assert.ok(endPointError(rough, truth) > 0.5);
  assert.ok(endPointError(polished, truth) < 0.15, `${endPointError(polished, truth)} px`);
  assert.deepEqual(rough.data, before);
});

Deno.test("polish() keeps a large motion that DIS would have to find first", () => {
  const movement = translation(40, -22);
  const [from, to] = movedPair(160, 120, movement).map(toGrey);
  const truth = trueFlow(160, 120, movement.forward);
  const polished = polish(from!, to!, off(truth, 0.5));
  const middle = 60 * 160 + 50;
  assert.ok(Math.abs(polished.data[middle]! - 40) < 0.1);
  assert.ok(Math.abs(polished.data[160 * 120 + middle]! + 22) < 0.1);
});

Deno.test("polish() does not go to the next place that looks alike", () => {
  // Stripes 14 pixels apart look the same after a shift by 14 pixels.
  const stripes = draw(112, 64, (x) => 0.5 + 0.4 * Math.sin(2 * Math.PI * x / 14));
  const flow = { width: 112, height: 64, data: new Float32Array(2 * 112 * 64).fill(14, 0, 112 * 64) };
  const { data } = polish(toGrey(stripes), toGrey(stripes), flow);
  assert.ok(data.subarray(0, 112 * 64).every((u) => Math.abs(u - 14) < 1));
});

Deno.test("polish() finds a small thing that the given flow has missed", () => {
  const inside = (x: number, y: number) => Math.hypot(x - 60, y - 48) < 20;
  const from = draw(128, 96, (x, y) => inside(x, y) ? texture(x + 300, y) : texture(x, y));
  const to = draw(128, 96, (x, y) => inside(x - 12, y) ? texture(x - 12 + 300, y) : texture(x, y));
  const flow = { width: 128, height: 96, data: new Float32Array(2 * 128 * 96) };
  const { data } = polish(toGrey(from), toGrey(to), flow);
  assert.ok(Math.abs(data[48 * 128 + 60]! - 12) < 0.2, `${data[48 * 128 + 60]} px`);
  assert.ok(Math.abs(data[10 * 128 + 20]!) < 0.1);
});

Deno.test("polish() finds no motion in black, in a ramp and in noise, whatever the given flow has there", () => {
  const inBox = (x: number, y: number) => Math.abs(x - 48) < 16 && Math.abs(y - 40) < 16;
  const noise = () => (Math.random() - 0.5) / 255;
  const pictures = {
    black: () => draw(128, 96, (x, y) => inBox(x, y) ? texture(x, y) : 0),
    ramp: () => draw(128, 96, (x, y) => inBox(x, y) ? texture(x, y) : x / 128),
    noise: () => draw(128, 96, (x, y) => (inBox(x, y) ? texture(x, y) : 0.5) + noise()),
  };
  for (const [name, picture] of Object.entries(pictures)) {
    const still = { width: 128, height: 96, data: new Float32Array(2 * 128 * 96) };
    for (const amplitude of [2, 60]) {
      const { data } = polish(toGrey(picture()), toGrey(picture()), off(still, amplitude));
      for (const [x, y] of [[10, 10], [100, 20], [110, 80], [64, 80]] as const) {
        const motion = Math.hypot(data[y * 128 + x]!, data[(96 + y) * 128 + x]!);
        assert.ok(motion < 0.3, `${name}, ${amplitude} px off: ${motion} px at ${x}, ${y}`);
      }
    }
  }
});

Deno.test("polish() takes pictures smaller than a patch", () => {
  const [from, to] = movedPair(6, 5, translation(0.5, 0)).map(toGrey);
  const { data } = polish(from!, to!, { width: 6, height: 5, data: new Float32Array(60) });
  assert.ok(data.every(Number.isFinite));
});

Deno.test("polish() refuses sizes that differ", () => {
  const [from, to] = movedPair(16, 16, translation(0, 0)).map(toGrey);
  const flow = { width: 16, height: 8, data: new Float32Array(256) };
  assert.throws(() => polish(from!, to!, flow), /a flow of 16x16 is polished, not of 16x8/);
});
