import assert from "node:assert/strict";
import { disPair } from "../../../../models/flow/dis/dis.ts";
import { toGrey } from "../../../../models/flow/dis/grey.ts";
import { endPointError } from "../../../../models/flow/flo.ts";
import type { FlowField, FlowPair, Picture } from "../../../../models/flow/flow.ts";
import {
  draw,
  movedPair,
  type Movement,
  similarity,
  still,
  texture,
  translation,
  trueFlow,
} from "../synthetic.ts";

function flowOf(previous: Picture, current: Picture): FlowPair {
  return disPair(toGrey(previous), toGrey(current));
}

/** End-point errors of both directions. */
function errorsOf(width: number, height: number, movement: Movement): { forward: number; backward: number } {
  const { forward, backward } = flowOf(...movedPair(width, height, movement));
  return {
    forward: endPointError(forward, trueFlow(width, height, movement.forward)),
    backward: endPointError(backward, trueFlow(width, height, movement.backward)),
  };
}

function largest({ data }: FlowField): number {
  return data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

const movements: [name: string, movement: Movement, allowed: number][] = [
  ["half a pixel", translation(0.5, -0.5), 0.06],
  ["a few pixels", translation(3.3, -2.6), 0.06],
  ["a tenth of the picture", translation(-16, 9), 0.05],
  ["a turn of three degrees", similarity(80, 60, 0.05, 1), 0.12],
  ["a zoom of five percent", similarity(60, 70, 0, 1.05), 0.12],
  ["a turn and a zoom", similarity(100, 50, -0.04, 0.95), 0.16],
];
for (const [name, movement, allowed] of movements) {
  Deno.test(`DIS finds ${name} in both directions`, () => {
    const { forward, backward } = errorsOf(160, 120, movement);
    assert.ok(forward < allowed, `forward: ${forward} px`);
    assert.ok(backward < allowed, `backward: ${backward} px`);
  });
}

Deno.test("DIS treats rows and columns alike", () => {
  const [previous, current] = movedPair(96, 64, translation(2, 1));
  const wide = flowOf(previous, current).forward;
  const tall = flowOf(transposed(previous), transposed(current)).forward;
  let difference = 0;
  for (let y = 0; y < 64; y++) {
    for (let x = 0; x < 96; x++) {
      difference += Math.abs(wide.data[y * 96 + x]! - tall.data[96 * 64 + x * 64 + y]!) / (96 * 64);
    }
  }
  // Not exactly equal: patches and equations are visited in another order.
  assert.ok(difference < 0.01, `${difference} px apart`);
});

Deno.test("DIS finds the same motion, exchanged, when the pictures are exchanged", () => {
  const [a, b] = movedPair(80, 60, similarity(40, 30, 0.05, 1.02));
  const there = flowOf(a, b);
  const back = flowOf(b, a);
  assert.deepEqual(there.forward, back.backward);
  assert.deepEqual(there.backward, back.forward);
});

Deno.test("DIS keeps the edge of what moves before a still background", () => {
  const [width, height] = [160, 120];
  const disk = (x: number, y: number) => Math.hypot(x - 80, y - 60) < 30;
  const scene = (shift: number) => (x: number, y: number) =>
    disk(x - shift, y) ? texture(x - shift + 500, y + 300) : texture(x, y);
  const { forward } = flowOf(draw(width, height, scene(0)), draw(width, height, scene(4)));
  const truth = trueFlow(width, height, (x, y) => [disk(x, y) ? x + 4 : x, y]);
  const error = endPointError(forward, truth);
  assert.ok(error < 0.25, `${error} px`);
});

Deno.test("DIS sees through a change of brightness", () => {
  const movement = translation(2, 1);
  const [previous, current] = movedPair(128, 96, movement);
  current.pixels = current.pixels.map((value) => 0.95 * value + 0.04);
  const error = endPointError(flowOf(previous, current).forward, trueFlow(128, 96, movement.forward));
  assert.ok(error < 0.2, `${error} px`);
});

Deno.test("DIS leaves a still picture still", () => {
  const { forward, backward } = flowOf(...movedPair(101, 67, still));
  assert.ok(largest(forward) < 1e-4);
  assert.ok(largest(backward) < 1e-4);
});

Deno.test("DIS finds no motion between flat pictures, not even of different brightness", () => {
  const grey = (value: number) => draw(64, 48, () => value);
  for (const [a, b] of [[0, 0], [0.5, 0.5], [0.2, 0.7], [1, 0]] as const) {
    const { forward, backward } = flowOf(grey(a), grey(b));
    assert.equal(largest(forward), 0);
    assert.equal(largest(backward), 0);
  }
});

Deno.test("DIS does not chase noise", () => {
  let state = 1;
  const noise = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const noisy = () => draw(160, 120, () => 0.2 + 0.02 * noise());
  const { forward } = flowOf(noisy(), noisy());
  const error = endPointError(forward, trueFlow(160, 120, still.forward));
  assert.ok(error < 1, `${error} px`);
});

for (
  const [width, height] of [[33, 17], [16, 16], [8, 8], [9, 8], [7, 5], [1, 1], [1, 40], [200, 3], [
    8,
    300,
  ]] as const
) {
  Deno.test(`DIS takes pictures of ${width}x${height}`, () => {
    const { forward, backward } = flowOf(...movedPair(width, height, translation(0.5, 0.25)));
    for (const flow of [forward, backward]) {
      assert.deepEqual([flow.width, flow.height, flow.data.length], [width, height, 2 * width * height]);
      assert.ok(flow.data.every(Number.isFinite));
      assert.ok(largest(flow) < 3, `${largest(flow)} px`);
    }
  });
}

Deno.test("DIS finds the motion of small and odd pictures", () => {
  for (const [width, height] of [[33, 17], [45, 61], [31, 31]] as const) {
    const { forward } = errorsOf(width, height, translation(1, 0.5));
    assert.ok(forward < 0.15, `${width}x${height}: ${forward} px`);
  }
});

Deno.test("DIS stays finite when nothing matches", () => {
  const previous = draw(120, 90, texture);
  const current = draw(120, 90, (x, y) => texture(1000 - 3 * x, 2000 + 2 * y));
  const { forward } = flowOf(previous, current);
  assert.ok(forward.data.every(Number.isFinite));
});

Deno.test("DIS refuses pictures of different sizes, empty ones and wrong amounts of pixels", () => {
  const small = toGrey(draw(8, 8, texture));
  assert.throws(() => disPair(small, toGrey(draw(8, 9, texture))), /not 8x8 and 8x9/);
  const empty = { width: 0, height: 0, values: new Float32Array() };
  assert.throws(() => disPair(empty, empty), /at least one pixel/);
  assert.throws(
    () => toGrey({ width: 4, height: 4, pixels: new Float32Array(16) }),
    /needs 48 values, not 16/,
  );
});

function transposed({ width, height, pixels }: Picture): Picture {
  const count = width * height;
  const result = new Float32Array(3 * count);
  for (let i = 0; i < 3 * count; i++) {
    const [channel, y, x] = [Math.floor(i / count), Math.floor((i % count) / width), i % width];
    result[channel * count + x * height + y] = pixels[i]!;
  }
  return { width: height, height: width, pixels: result };
}
