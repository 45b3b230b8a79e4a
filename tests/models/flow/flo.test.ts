import assert from "node:assert/strict";
import { endPointError, readFlo } from "../../../models/flow/flo.ts";
import { ReverieError } from "../../../models/errors.ts";

/** A .flo file of interleaved u and v. */
function floFile(width: number, height: number, values: number[]): Uint8Array {
  const bytes = new Uint8Array(12 + 4 * values.length);
  const view = new DataView(bytes.buffer);
  view.setFloat32(0, 202021.25, true);
  view.setInt32(4, width, true);
  view.setInt32(8, height, true);
  values.forEach((value, i) => view.setFloat32(12 + 4 * i, value, true));
  return bytes;
}

Deno.test("readFlo() separates u from v", () => {
  const flow = readFlo(floFile(2, 1, [1, 2, 3, 4]));
  assert.deepEqual(flow, { width: 2, height: 1, data: Float32Array.of(1, 3, 2, 4) });
});

Deno.test("readFlo() reads from the middle of a larger buffer", () => {
  const file = floFile(1, 1, [5, 6]);
  const larger = new Uint8Array(file.length + 3);
  larger.set(file, 3);
  assert.deepEqual(readFlo(larger.subarray(3)).data, Float32Array.of(5, 6));
});

Deno.test("readFlo() refuses what is no .flo file, or not all of one", () => {
  assert.throws(() => readFlo(new Uint8Array(40)), ReverieError);
  assert.throws(() => readFlo(new Uint8Array()), ReverieError);
  assert.throws(() => readFlo(floFile(2, 2, [1, 2])), ReverieError);
  assert.throws(() => readFlo(floFile(-1, -1, [1, 2])), ReverieError);
});

Deno.test("endPointError() is the mean distance where the truth is known", () => {
  const truth = { width: 3, height: 1, data: Float32Array.of(0, 1, 1e10, 0, 1, 1e10) };
  const estimated = { width: 3, height: 1, data: Float32Array.of(3, 1, 7, 4, 1, 7) };
  assert.equal(endPointError(estimated, truth), 2.5);
});

Deno.test("endPointError() refuses fields of different sizes", () => {
  const one = { width: 1, height: 1, data: new Float32Array(2) };
  const two = { width: 2, height: 1, data: new Float32Array(4) };
  assert.throws(() => endPointError(one, two), RangeError);
});
