import assert from "node:assert/strict";
import { isCaffemodel } from "../../../../models/networks/checkpoint/caffemodel.ts";
import { checkpointKind } from "../../../../models/networks/checkpoint/read.ts";
import { GraphBuilder } from "../../../../models/onnx/build.ts";
import { floatTensor } from "../../../../models/onnx/model.ts";
import { writeModel } from "../../../../models/onnx/write.ts";
import { blob, field, unpacked, varint } from "../googlenet_fixture.ts";
import { measuresMemory, read, refused, refusedWithin } from "./reading.ts";
import { concat, dictionary, safetensors, tensor, torchZip } from "./write.ts";

const weight = floatTensor([1, 2, 3, 4, 5, 6], [3, 2, 1, 1]);
const bias = floatTensor([7, 8, 9]);

/** A model in the current format with one layer that has these blobs. */
function today(...blobs: Uint8Array[]): Uint8Array {
  const layer = concat(field(1, "conv/1"), field(2, "Convolution"), ...blobs.map((each) => field(7, each)));
  return concat(field(1, "net"), field(100, layer));
}

Deno.test("the blobs of a Caffe model are read in both forms, by their layers' names", async () => {
  const old = concat(field(4, "conv/1"), ...[weight, bias].map((each) => field(6, blob(each, "2014"))));
  for (
    const bytes of [today(blob(weight, "today"), blob(bias, "today")), concat(field(1, "net"), field(2, old))]
  ) {
    const tensors = await read(bytes);
    assert.deepEqual([...tensors.keys()], ["conv/1.weight", "conv/1.bias"]);
    assert.deepEqual(tensors.get("conv/1.weight"), { dims: [3, 2, 1, 1], data: weight.data });
    assert.deepEqual(tensors.get("conv/1.bias"), { dims: [3], data: bias.data });
  }
});

Deno.test("numbers that are not packed, and doubles, are read", async () => {
  const shape = field(7, concat([8, 2, 8, 2]));
  const single = today(concat(shape, unpacked(5, [1, 2, 3, 4])));
  const double = today(concat(shape, field(8, new Uint8Array(Float64Array.of(1, 2, 3, 4).buffer))));
  for (const bytes of [single, double]) {
    assert.deepEqual((await read(bytes)).get("conv/1.weight"), {
      dims: [2, 2],
      data: Float32Array.of(1, 2, 3, 4),
    });
  }
});

Deno.test("a Caffe model is told from ONNX and from other files of weights", () => {
  const g = new GraphBuilder();
  g.output("y", g.relu(g.input("x", "float32", [1])), "float32");
  const onnx = writeModel(g.build());
  for (const length of [onnx.length, 40, 12]) assert.equal(isCaffemodel(onnx.subarray(0, length)), false);
  assert.equal(isCaffemodel(new TextEncoder().encode("not a model")), false);
  assert.equal(isCaffemodel(new Uint8Array(0)), false);
  assert.equal(checkpointKind(onnx), undefined);
  assert.equal(checkpointKind(today(blob(bias, "today"))), "a Caffe model");
  assert.equal(checkpointKind(torchZip(dictionary({ a: tensor({}) }))), "a PyTorch checkpoint");
  assert.equal(checkpointKind(safetensors({}, new Uint8Array(0))), "a safetensors file");
});

Deno.test("a Caffe model that is cut short is refused wherever it ends", async () => {
  const whole = concat(
    today(blob(weight, "today")),
    field(100, concat(field(1, "b"), field(7, blob(bias, "today")))),
  );
  const first = today(blob(weight, "today")).length;
  for (let length = first + 1; length < whole.length; length++) {
    await refused(whole.subarray(0, length), /is cut short or damaged/);
  }
});

Deno.test("blobs that are not what they say are refused", async () => {
  const numbers = field(5, new Uint8Array(16));
  const shaped = (...dims: number[]) => field(7, field(1, Uint8Array.from(dims.flatMap(varint))));
  await refused(today(concat(shaped(5), numbers)), /another number of elements than its shape/);
  await refused(today(concat(shaped(2 ** 40, 2 ** 40), numbers)), /another number of elements/);
  await refused(
    today(concat(shaped(...Array.from({ length: 40 }, () => 1)), numbers)),
    /too many dimensions/,
  );
  await refused(today(concat(shaped(4), field(5, new Uint8Array(15)))), /in the middle of a number/);
  await refused(today(concat(shaped(4), field(8, new Uint8Array(12)))), /in the middle of a number/);
  await refused(today(concat(shaped(4), [5 * 8 + 3])), /a field of an unknown kind/);
  await refused(today(concat(shaped(4), [0, 0])), /a field without a number/);
  await refused(today(Uint8Array.from({ length: 12 }, () => 0xff)), /a number without an end/);
  await refused(today(...Array.from({ length: 20 }, () => shaped(0))), /too many blobs/);
  await refused(
    concat(...Array.from({ length: 10_001 }, () => field(100, field(1, "x")))),
    /too many layers/,
  );
});

Deno.test("huge lengths take no memory", measuresMemory, async () => {
  const claimed = (number: number, length: number) =>
    concat(varint(number * 8 + 2), varint(length), [1, 2, 3]);
  const layer = concat(field(1, "conv"), claimed(7, 2 ** 33));
  await refusedWithin(
    400,
    concat(field(1, "net"), field(100, field(1, "a")), field(100, layer)),
    /cut short/,
  );
  const dims = Uint8Array.from({ length: 20_000_000 }, () => 1);
  await refusedWithin(400, today(field(7, field(1, dims))), /too many dimensions/);
});
