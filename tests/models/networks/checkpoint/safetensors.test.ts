import assert from "node:assert/strict";
import { read, refused } from "./reading.ts";
import { concat, fourFloats, little, safetensors } from "./write.ts";

const float = (dims: number[], start: number, end: number) => ({
  dtype: "F32",
  shape: dims,
  data_offsets: [start, end],
});

Deno.test("a safetensors file is read", async () => {
  const header = {
    __metadata__: { format: "pt" },
    b: float([2], 8, 16),
    a: float([1, 2], 0, 8),
    half: { dtype: "F16", shape: [2], data_offsets: [16, 20] },
    count: { dtype: "I64", shape: [], data_offsets: [20, 28] },
  };
  const data = concat(fourFloats, [0, 0x3e, 0, 0xc0], [7, 0, 0, 0, 0, 0, 0, 0]);
  const checkpoint = await read(safetensors(header, data));
  assert.deepEqual(
    Object.fromEntries([...checkpoint].map(([name, { dims, data }]) => [name, [dims, [...data]]])),
    { a: [[1, 2], [1, 2]], b: [[2], [3, 4]], half: [[2], [1.5, -2]], count: [[], [7]] },
  );
});

Deno.test("a safetensors file whose tensors do not lie side by side is refused", async () => {
  const cases: [unknown, RegExp][] = [
    [{ a: float([2], 0, 8), b: float([2], 4, 12) }, /"b" overlaps another/],
    [{ a: float([2], 0, 8), b: float([1], 12, 16) }, /does not follow/],
    [{ a: float([4], 0, 16), b: float([4], 16, 32) }, /cut short/],
    [{ a: float([2], 0, 8) }, /longer than its tensors/],
    [{ a: float([3], 0, 16) }, /another size than its shape/],
    [{ a: float([4], 16, 0) }, /another size than its shape/],
    [{ a: float([2 ** 40, 2 ** 40], 0, 16) }, /another size than its shape/],
    [{ a: float([-4], 0, -16) }, /describes "a" wrongly/],
    [{ a: { dtype: "F4", shape: [4], data_offsets: [0, 16] } }, /"F4"; known are F32, .*; save it as F32/],
    [{ a: { dtype: "constructor", shape: [4], data_offsets: [0, 16] } }, /known are F32/],
    [{ a: null }, /describes "a" wrongly/],
    [{ a: float([...Array(50_000).fill(1), 4], 0, 16) }, /has "a" with 50001 axes, which is no tensor/],
    [{ "a\n\x1b[2J\x9b": null }, /describes "a\\n\\u001b\[2J\?" wrongly/],
    [`{"a": `, /not JSON/],
    [`{"\xff`, /not JSON/],
  ];
  for (const [header, expected] of cases) await refused(safetensors(header, fourFloats), expected);
  await refused(concat(little(2 ** 45, 8), "{}"), /a header of 35184372088832 bytes, too many for weights/);
  await refused(concat(little(1 << 20, 8), "{}"), /cut short/);
  await refused(concat([255, 255, 255, 255, 255, 255, 255, 255], "{}"), /impossible size/);
});
