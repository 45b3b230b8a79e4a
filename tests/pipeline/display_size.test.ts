import assert from "node:assert/strict";
import { displaySize } from "../../pipeline/display_size.ts";

Deno.test("displaySize() makes pixels square, unless their shape is absurd", () => {
  const size = { width: 720, height: 576 };
  const shown = (num: number, den: number) => displaySize({ ...size, sampleAspect: { num, den } });
  assert.deepEqual(shown(1, 1), size);
  assert.deepEqual(shown(64, 45), { width: 1024, height: 576 });
  assert.deepEqual(shown(8, 9), { width: 720, height: 648 });
  assert.deepEqual(shown(1000, 1), size);
  assert.deepEqual(shown(1, 1000), size);
});
