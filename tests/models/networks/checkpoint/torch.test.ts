import assert from "node:assert/strict";
import { read, refused } from "./reading.ts";
import {
  concat,
  dictionary,
  floats,
  fourFloats,
  integer,
  legacy,
  legacyMagic,
  little,
  pickle,
  tensor,
  text,
  torchZip,
  zip,
} from "./write.ts";

Deno.test("a tensor may not reach beyond its storage, nor be larger than it", async () => {
  const huge = 2_000_000_000;
  for (
    const view of [
      { dims: [5] },
      { offset: 1 },
      { dims: [2, 2], strides: [3, 1] },
      { dims: [huge, huge], strides: [0, 0] },
      { dims: Array(16).fill(huge), strides: Array(16).fill(0) },
    ]
  ) {
    await refused(torchZip(dictionary({ weight: tensor(view) }), { 0: fourFloats }), /beyond its storage/);
  }
  for (
    const view of [
      { dims: Array(17).fill(1), strides: Array(17).fill(1) },
      { dims: [2, 2], strides: [1] },
    ]
  ) {
    await refused(torchZip(dictionary({ weight: tensor(view) }), { 0: fourFloats }), /describes no tensors/);
  }
  const none = tensor({ dims: [...Array(15).fill(huge), 0], strides: Array(16).fill(0) });
  const empty = await read(torchZip(dictionary({ weight: none }), { 0: fourFloats }));
  assert.equal(empty.get("weight")!.data.length, 0);
});

Deno.test("tensors that share a storage to no end are refused", async () => {
  const count = 20_000;
  const big = tensor({ count, dims: [count] });
  const many = Array.from({ length: 30 }, (_, index) => [`weight${index}`, big]);
  const bytes = torchZip(dictionary(Object.fromEntries(many)), { 0: new Uint8Array(4 * count) });
  await refused(bytes, /larger than the file/);
});

Deno.test("storages that are missing or of another size are refused", async () => {
  await refused(torchZip(dictionary({ weight: tensor({}) })), /its part "0" is missing/);
  await refused(torchZip(dictionary({ weight: tensor({}) }), { 0: floats(1) }), /another size/);
  const twice = { a: tensor({}), b: tensor({ kind: "DoubleStorage" }) };
  await refused(torchZip(dictionary(twice), { 0: fourFloats }), /describes no tensors/);
});

Deno.test("a checkpoint of a big-endian machine is refused", async () => {
  const data = dictionary({ weight: tensor({}) });
  await refused(
    zip({ "a/data.pkl": data, "a/byteorder": concat("big"), "a/data/0": fourFloats }),
    /big-endian/,
  );
  const machine = pickle("}(", text("little_endian"), [0x89], "u");
  await refused(concat(legacyMagic, pickle(integer(1001)), machine), /big-endian/);
  await refused(concat(legacyMagic, pickle(integer(9))), /version/);
});

Deno.test("the older layout is read in each of Python's protocols that has numbers in binary", async () => {
  const value = dictionary({ weight: tensor({}) });
  const parts = [pickle(integer(1001)), pickle("}"), value, pickle("](", text("0"), "e")];
  const of = (protocol: number, part: Uint8Array) => {
    const body = part.subarray(2);
    const frame = protocol < 4 ? [] : concat([0x95], little(body.length, 8));
    return concat([0x80, protocol], frame, body);
  };
  for (const protocol of [2, 3, 4, 5]) {
    const pickles = [legacyMagic, ...parts].map((part) => of(protocol, part));
    const checkpoint = await read(concat(...pickles, little(4, 8), fourFloats));
    assert.deepEqual([...checkpoint.get("weight")!.data], [1, 2, 3, 4]);
  }
  const advice =
    /protocol 0 or 1, which is not read; .*save it again with torch\.save's default pickle_protocol/;
  await refused(concat("L119547037146038801333356L\n.I1001\n."), advice);
  await refused(torchZip(concat("(dp0\nVweight\n.")), advice);
  await refused(torchZip(concat([0x80, 6], "}.")), /protocol 6, and 2 to 5 are read; save it again/);
});

Deno.test("a storage of the older layout must be as long as it says, and named", async () => {
  const weights = dictionary({ weight: tensor({}) });
  const list = (...keys: string[]) => pickle("](", ...keys.map(text), "e");
  const storage = concat(little(4, 8), fourFloats);

  assert.deepEqual([...(await read(legacy(weights, list("0"), storage))).get("weight")!.data], [1, 2, 3, 4]);
  await refused(legacy(weights, list("0"), concat(little(2 ** 40, 8), fourFloats)), /another size/);
  await refused(legacy(weights, list("1"), storage), /nothing names/);
  await refused(legacy(weights, list("0", "0"), storage, storage), /nothing names/);
  await refused(legacy(weights, list(), storage), /weights are missing/);
  await refused(legacy(weights, pickle("N"), storage), /does not say where/);
});
