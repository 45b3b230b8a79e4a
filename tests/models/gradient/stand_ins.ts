/**
 * Small networks of the kinds that people have, written as exporters write them: with the sizes of one picture as
 * constants.
 */
import { GraphBuilder } from "../../../models/onnx/build.ts";
import type { Model } from "../../../models/onnx/model.ts";
import { Random } from "../../reference/random.ts";

/** Height and width that a file is written for. */
export type PictureSize = [height: number, width: number];

/** Builds the same weights for every size, and returns the layer to dream with, called `layer`. */
export type StandIn = (b: Layers, x: string, size: PictureSize) => string;

/** Layers with random weights. */
export class Layers {
  readonly #random = new Random(11);

  constructor(readonly g: GraphBuilder) {}

  weights(dims: number[], largest = 0.3): string {
    return this.g.floats(this.#random.floats(dims, -largest, largest), dims);
  }

  conv(x: string, from: number, to: number, { kernel = 3, stride = 1, hint = "Relu" } = {}): string {
    const pads = new Array<number>(4).fill((kernel - 1) / 2);
    const weight = this.weights([to, from, kernel, kernel]);
    const conv = this.g.conv(x, weight, this.weights([to]), { pads, strides: [stride, stride] });
    return this.g.op("Relu", [conv], {}, hint);
  }

  normal(x: string, size: number): string {
    const [ones, zeros] = [1, 0].map((value) => this.g.floats(new Float32Array(size).fill(value)));
    return this.g.op("LayerNormalization", [x, ones!, zeros!], { axis: -1 });
  }

  twice(x: string, mode: string): string {
    return this.g.op("Resize", [x, "", this.g.floats([1, 1, 2, 2])], { mode });
  }
}

/** The model of a stand-in; with `isOpen` its input declares no height and width. */
export function modelOf(standIn: StandIn, size: PictureSize, isOpen = false): Model {
  const g = new GraphBuilder();
  const x = g.input("x", "float32", [1, 3, ...(isOpen ? ["height", "width"] : size)]);
  g.output("y", standIn(new Layers(g), x, size), "float32");
  return g.build();
}

/** Patches of 8 pixels, a class token, learned positions, and a block of attention. */
export const visionTransformer: StandIn = (b, x, [height, width]) => {
  const { g } = b;
  const [size, heads, tokens] = [16, 2, height * width / 64];
  const patches = g.conv(x, b.weights([size, 3, 8, 8], 0.1), b.weights([size]), { strides: [8, 8] });
  const row = g.transpose(g.reshape(patches, [1, size, tokens]), [0, 2, 1]);
  const all = g.concat([g.op("Expand", [b.weights([1, 1, size]), g.ints(1, 1, size)]), row], 1);
  const positions = g.concat([
    b.weights([1, 1, size]),
    g.op("Expand", [b.weights([1, 1, size]), g.ints(1, tokens, size)]),
  ], 1);
  const placed = g.add(all, positions);
  const projected = g.matmul(b.normal(placed, size), b.weights([size, 3 * size]));
  const parted = g.transpose(g.reshape(projected, [1, tokens + 1, 3, heads, size / heads]), [2, 0, 3, 1, 4]);
  const [q, k, v] = g.ops("Split", [parted], { axis: 0 }, 3).map((part) =>
    g.op("Squeeze", [part, g.ints(0)])
  );
  const scores = g.mul(g.matmul(q!, g.transpose(k!, [0, 1, 3, 2])), g.scalar(0.35));
  const seen = g.matmul(g.op("Softmax", [scores], { axis: -1 }), v!);
  const joined = g.reshape(g.transpose(seen, [0, 2, 1, 3]), [1, tokens + 1, size]);
  const attended = g.add(placed, g.matmul(joined, b.weights([size, size])));
  const hidden = g.matmul(b.normal(attended, size), b.weights([size, 2 * size]));
  const half = g.mul(hidden, g.scalar(0.5));
  const gelu = g.mul(half, g.add(g.op("Erf", [g.mul(hidden, g.scalar(Math.SQRT1_2))]), g.scalar(1)));
  return g.op("Add", [attended, g.matmul(gelu, b.weights([2 * size, size]))], {}, "layer");
};

/** Attention's cousin in windows of 4x4, without the attention. */
export const windows: StandIn = (b, x, [height, width]) => {
  const { g } = b;
  const [size, rows, columns] = [8, height / 16, width / 16];
  const pixels = g.transpose(g.conv(x, b.weights([size, 3, 4, 4]), "", { strides: [4, 4] }), [0, 2, 3, 1]);
  const parted = g.transpose(g.reshape(pixels, [1, rows, 4, columns, 4, size]), [0, 1, 3, 2, 4, 5]);
  const mixed = g.matmul(g.reshape(parted, [rows * columns, 16, size]), b.weights([size, size]));
  const back = g.transpose(g.reshape(mixed, [1, rows, columns, 4, 4, size]), [0, 1, 3, 2, 4, 5]);
  return g.op(
    "Tanh",
    [g.transpose(g.reshape(back, [1, height / 4, width / 4, size]), [0, 3, 1, 2])],
    {},
    "layer",
  );
};

/** Halved four times and doubled again; every step up sees the step down of its size. */
export const uNet: StandIn = (b, x) => {
  const { g } = b;
  const down = [8, 8, 16, 16].reduce<string[]>((values, to, i) => {
    const from = i === 0 ? 3 : [8, 8, 16][i - 1]!;
    const value = i === 0 ? x : g.op("MaxPool", [values[i - 1]!], { kernel_shape: [2, 2], strides: [2, 2] });
    return [...values, b.conv(value, from, to)];
  }, []);
  const pooled = g.op("MaxPool", [down[3]!], { kernel_shape: [2, 2], strides: [2, 2] });
  let up = b.conv(pooled, 16, 8);
  for (const [skip, channels] of [[down[3]!, 16], [down[2]!, 16], [down[1]!, 8], [down[0]!, 8]] as const) {
    const wide = g.op("ConvTranspose", [up, b.weights([8, 8, 2, 2])], { strides: [2, 2] });
    up = b.conv(g.concat([wide, skip], 1), 8 + channels, 8, skip === down[0] ? { hint: "layer" } : {});
  }
  return up;
};

/** Space to depth by slices, SiLU, pools of one size after another, and a concatenation after upsampling. */
export const yolo: StandIn = (b, x) => {
  const { g } = b;
  const part = (row: number, column: number) =>
    g.slice(x, [row, column], [2 ** 31 - 1, 2 ** 31 - 1], [2, 3], [2, 2]);
  const unit = (value: string, from: number, to: number, stride = 1) => {
    const conv = g.conv(value, b.weights([to, from, 3, 3]), b.weights([to]), {
      pads: [1, 1, 1, 1],
      strides: [stride, stride],
    });
    return g.mul(conv, g.sigmoid(conv));
  };
  const low = unit(g.concat([part(0, 0), part(1, 0), part(0, 1), part(1, 1)], 1), 12, 8);
  const high = unit(unit(low, 8, 8, 2), 8, 8, 2);
  const pool = (value: string) => g.op("MaxPool", [value], { kernel_shape: [5, 5], pads: [2, 2, 2, 2] });
  const pools = [high, pool(high), pool(pool(high))];
  const joined = unit(g.concat(pools, 1), 24, 8);
  const top = g.concat([b.twice(b.twice(joined, "nearest"), "nearest"), low], 1);
  return g.op("Relu", [unit(top, 16, 8)], {}, "layer");
};

/** Half of the channels go through a convolution, then all are shuffled. */
export const shuffleNet: StandIn = (b, x, [height, width]) => {
  const { g } = b;
  const low = b.conv(b.conv(x, 3, 8, { stride: 2 }), 8, 8, { stride: 2 });
  const [left, right] = g.ops("Split", [low, g.ints(4, 4)], { axis: 1 }, 2);
  const joined = g.concat([left!, b.conv(right!, 4, 4)], 1);
  const [rows, columns] = [height / 4, width / 4];
  const turned = g.transpose(g.reshape(joined, [1, 2, 4, rows, columns]), [0, 2, 1, 3, 4]);
  return b.conv(g.reshape(turned, [1, 8, rows, columns]), 8, 8, { hint: "layer" });
};

/** Features of all sizes are resized to written sizes and added up; one is the mean over the picture. */
export const midas: StandIn = (b, x, [height, width]) => {
  const { g } = b;
  const first = b.conv(x, 3, 8, { stride: 2 });
  const second = b.conv(first, 8, 8, { stride: 2 });
  const third = b.conv(second, 8, 8, { stride: 2 });
  const sized = (value: string, divisor: number) =>
    g.op("Resize", [value, "", "", g.ints(1, 8, height / divisor, width / divisor)], {
      mode: "linear",
      coordinate_transformation_mode: "align_corners",
    });
  const mean = g.op("AveragePool", [third], { kernel_shape: [height / 8, width / 8] });
  const everywhere = g.op("Expand", [mean, g.ints(1, 8, height / 4, width / 4)]);
  const inside = g.slice(second, [0, 0], [height / 4, width / 4], [2, 3]);
  const joined = g.add(g.add(sized(third, 4), inside), everywhere);
  return b.conv(g.add(sized(joined, 2), first), 8, 8, { hint: "layer" });
};

/** A classifier, whose weights fit one size only. */
export const classifier: StandIn = (b, x, [height, width]) => {
  const { g } = b;
  const low = b.conv(b.conv(x, 3, 4, { stride: 2, hint: "low" }), 4, 4, { stride: 2 });
  const count = 4 * height * width / 16;
  return g.op("Relu", [g.matmul(g.reshape(low, [1, count]), b.weights([count, 5], 0.1))], {}, "layer");
};
