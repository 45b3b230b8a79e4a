import assert from "node:assert/strict";
import { dreamSize, octaveSizes, workingSize } from "../../../pipeline/run/working_size.ts";

Deno.test("the longest side becomes the working size", () => {
  assert.deepEqual(workingSize({ width: 1920, height: 1080 }, 1, 512), { width: 512, height: 288 });
  assert.deepEqual(workingSize({ width: 1080, height: 1920 }, 1, 512), { width: 288, height: 512 });
});

Deno.test("a small source is not enlarged, unless networks need it", () => {
  assert.deepEqual(workingSize({ width: 320, height: 180 }, 1, 512), { width: 320, height: 180 });
  assert.deepEqual(workingSize({ width: 64, height: 48 }, 1, 512), { width: 128, height: 96 });
});

Deno.test("pixels that are not square become square", () => {
  assert.deepEqual(workingSize({ width: 720, height: 576 }, 64 / 45, 512), { width: 512, height: 288 });
});

Deno.test("octaves grow to the working size; those too small are left out", () => {
  const size = { width: 512, height: 288 };
  assert.deepEqual(octaveSizes(size, 3, 2, { smallest: 75 }), [{ width: 256, height: 144 }, size]);
  assert.deepEqual(octaveSizes(size, 2, 0.5, { smallest: 75 }), octaveSizes(size, 2, 2, { smallest: 75 }));
  assert.deepEqual(octaveSizes({ width: 40, height: 30 }, 4, 1.4, { smallest: 75 }), [{
    width: 40,
    height: 30,
  }]);
});

Deno.test("sizes are multiples of what a network's strides divide", () => {
  const sizes = { smallest: 64, multiple: 32 };
  const size = dreamSize({ width: 1920, height: 1080 }, 1, 400, sizes);
  assert.deepEqual(size, { width: 416, height: 224 });
  assert.deepEqual(octaveSizes(size, 4, 1.4, sizes), [
    { width: 160, height: 96 },
    { width: 224, height: 128 },
    { width: 288, height: 160 },
    size,
  ]);
  assert.deepEqual(octaveSizes({ width: 96, height: 96 }, 3, 1.05, sizes), [{ width: 96, height: 96 }]);
  // Sides are even in any case.
  assert.deepEqual(dreamSize({ width: 70, height: 70 }, 1, 70, { smallest: 7, multiple: 7 }), {
    width: 70,
    height: 70,
  });
});

Deno.test("a network of one size dreams at it, in one octave", () => {
  const sizes = { smallest: 64, multiple: 1, only: { width: 224, height: 224 } };
  const size = dreamSize({ width: 1920, height: 1080 }, 1, 512, sizes);
  assert.deepEqual(size, sizes.only);
  assert.deepEqual(octaveSizes(size, 4, 1.4, sizes), [sizes.only]);
});

Deno.test("a strip is enlarged on its shorter side only, so that memory follows its pixels", () => {
  assert.deepEqual(workingSize({ width: 16384, height: 16 }, 1, 512), { width: 768, height: 96 });
  assert.deepEqual(workingSize({ width: 16, height: 16384 }, 1, 512), { width: 96, height: 768 });
  assert.deepEqual(workingSize({ width: 96, height: 96 }, 1000, 512), { width: 768, height: 96 });
});
