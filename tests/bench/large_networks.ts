/** Networks with random weights that are built and sized like those that users have, to measure how long opening takes. */
import { float, GraphBuilder } from "../../models/onnx/build.ts";
import { elementCount, floatTensor, intTensor, type Model } from "../../models/onnx/model.ts";
import { Random } from "../reference/random.ts";

/** Writes a graph whose weights are drawn at random. */
class NetworkWriter {
  readonly g: GraphBuilder;
  readonly #random = new Random(5);
  /** Noise that all weights are cut from, which is faster than drawing each. */
  readonly #noise = Float32Array.from({ length: 65_537 }, () => this.#random.floats([1], -0.05, 0.05)[0]!);
  #offset = 0;

  constructor(opset: number) {
    this.g = new GraphBuilder({ opset });
  }

  weights(dims: number[], shift = 0): string {
    const data = new Float32Array(elementCount(dims));
    for (let i = 0; i < data.length; i++) data[i] = this.#noise[this.#offset++ % this.#noise.length]! + shift;
    return this.g.constant(floatTensor(data, dims), "weight");
  }

  conv(x: string, from: number, to: number, kernel: number, stride = 1, bias = false): string {
    const pads = new Array<number>(4).fill((kernel - 1) >> 1);
    const attributes = { kernel_shape: [kernel, kernel], pads, strides: [stride, stride] };
    const weight = this.weights([to, from, kernel, kernel]);
    return this.g.conv(x, weight, bias ? this.weights([to]) : "", attributes);
  }

  batchNormalization(x: string, channels: number): string {
    const statistics = [1, 0, 0, 1].map((shift) => this.weights([channels], shift));
    return this.g.op("BatchNormalization", [x, ...statistics], { epsilon: float(1e-5) });
  }

  maxPool(x: string, stride: number): string {
    return this.g.op("MaxPool", [x], {
      kernel_shape: [3, 3],
      pads: [1, 1, 1, 1],
      strides: [stride, stride],
    });
  }
}

/** ResNet50 (He et al. 2015) as Caffe2 exports it: batch normalisation in nodes of its own. 102 MB at width 64. */
export function resNet50(width = 64): Model {
  const w = new NetworkWriter(9);
  const { g } = w;
  const unit = (x: string, from: number, to: number, kernel: number, stride = 1) =>
    w.batchNormalization(w.conv(x, from, to, kernel, stride), to);
  let x = w.maxPool(g.relu(unit(g.input("gpu_0/data_0", "float32", [1, 3, 224, 224]), 3, width, 7, 2)), 2);
  let channels = width;
  for (const [stage, blocks] of [3, 4, 6, 3].entries()) {
    const inner = width << stage;
    for (let block = 0; block < blocks; block++) {
      const stride = block === 0 && stage > 0 ? 2 : 1;
      const shortcut = block === 0 ? unit(x, channels, 4 * inner, 1, stride) : x;
      const low = g.relu(unit(x, channels, inner, 1, stride));
      x = g.relu(g.add(unit(g.relu(unit(low, inner, inner, 3)), inner, 4 * inner, 1), shortcut));
      channels = 4 * inner;
    }
  }
  const flat = g.reshape(g.op("GlobalAveragePool", [x]), [1, channels]);
  g.output(
    "gpu_0/softmax_1",
    g.op("Gemm", [flat, w.weights([channels, 1000]), w.weights([1000])]),
    "float32",
  );
  return g.build();
}

/** InceptionV2 (Ioffe and Szegedy 2015) as Caffe2 exports it: scale and shift follow each normalisation. 44 MB at width 64. */
export function inceptionV2(width = 64): Model {
  const w = new NetworkWriter(9);
  const { g } = w;
  const perChannel = (channels: number, shift: number) =>
    g.op("Unsqueeze", [w.weights([channels], shift)], { axes: [1, 2] });
  const unit = (x: string, from: number, to: number, kernel: number, stride = 1) => {
    const normal = w.batchNormalization(w.conv(x, from, to, kernel, stride, true), to);
    return g.relu(g.add(g.mul(normal, perChannel(to, 1)), perChannel(to, 0)));
  };
  let x = w.maxPool(unit(g.input("data_0", "float32", [1, 3, 224, 224]), 3, width, 7, 2), 2);
  x = w.maxPool(unit(unit(x, width, width, 1), width, 3 * width, 3), 2);
  let channels = 3 * width;
  for (let block = 0; block < 10; block++) {
    const side = width * (block < 2 ? 1 : block < 7 ? 2 : 4);
    const stride = block === 2 || block === 7 ? 2 : 1;
    const three = unit(unit(x, channels, side, 1), side, side, 3, stride);
    const double = unit(unit(unit(x, channels, side, 1), side, side, 3), side, side, 3, stride);
    const pooled = unit(w.maxPool(x, stride), channels, side, 1);
    const parts = stride === 1
      ? [unit(x, channels, side, 1), three, double, pooled]
      : [three, double, pooled];
    x = g.concat(parts, 1);
    channels = parts.length * side;
  }
  const flat = g.reshape(g.op("GlobalAveragePool", [x]), [1, channels]);
  g.output("prob_1", g.op("Gemm", [flat, w.weights([channels, 1000]), w.weights([1000])]), "float32");
  return g.build();
}

/**
 * Swin-T (Liu et al. 2021) as PyTorch exports it for operator set 16: normalisation and GELU in single operators, and sizes
 * worked out by nodes. 110 MB at width 96.
 */
export function swin(width = 96): Model {
  const w = new NetworkWriter(16);
  const { g } = w;
  const linear = (x: string, from: number, to: number) =>
    g.add(g.matmul(x, w.weights([from, to])), w.weights([to]));
  const constantNode = (value: number) =>
    g.op("Constant", [], { value: { kind: "tensor", value: floatTensor([value], []) } });
  const normal = (x: string, channels: number) => {
    const centred = g.sub(x, g.reduceMean(x, [-1]));
    const variance = g.reduceMean(g.op("Pow", [centred, constantNode(2)]), [-1]);
    const unit = g.div(centred, g.sqrt(g.add(variance, constantNode(1e-5))));
    return g.add(g.mul(unit, w.weights([channels], 1)), w.weights([channels]));
  };
  const gelu = (x: string) => {
    const erf = g.op("Erf", [g.div(x, constantNode(Math.SQRT2))]);
    return g.mul(g.mul(x, g.add(erf, constantNode(1))), constantNode(0.5));
  };
  const size = (x: string, axis: number) =>
    g.op("Unsqueeze", [
      g.op("Gather", [g.op("Shape", [x]), g.constant(intTensor([axis], []))], { axis: 0 }),
      g.ints(0),
    ]);
  const window = 7;
  const attention = (x: string, channels: number, side: number) => {
    const across = side / window, heads = channels / 32;
    const cut = g.reshape(x, [1, across, window, across, window, channels]);
    const windows = g.reshape(g.transpose(cut, [0, 1, 3, 2, 4, 5]), [
      across * across,
      window * window,
      channels,
    ]);
    const qkv = g.reshape(linear(windows, channels, 3 * channels), [
      across * across,
      window * window,
      3,
      heads,
      32,
    ]);
    const [q, k, v] = [0, 1, 2].map((part) =>
      g.op("Gather", [g.transpose(qkv, [2, 0, 3, 1, 4]), g.constant(intTensor([part], []))], { axis: 0 })
    ) as [string, string, string];
    const bias = g.reshape(
      g.op("Gather", [w.weights([169, heads]), g.constant(indices(window))], { axis: 0 }),
      [window * window, window * window, heads],
    );
    const scores = g.add(
      g.matmul(g.mul(q, constantNode(32 ** -0.5)), g.transpose(k, [0, 1, 3, 2])),
      g.op("Unsqueeze", [g.transpose(bias, [2, 0, 1]), g.ints(0)]),
    );
    const mixed = g.transpose(g.matmul(g.op("Softmax", [scores], { axis: -1 }), v), [0, 2, 1, 3]);
    const joined = linear(g.reshape(mixed, [across * across, window * window, channels]), channels, channels);
    const back = g.reshape(joined, [1, across, across, window, window, channels]);
    const dims = g.concat([size(x, 0), size(x, 1), size(x, 2), size(x, 3)], 0);
    return g.op("Reshape", [g.transpose(back, [0, 1, 3, 2, 4, 5]), dims]);
  };
  const roll = (x: string, by: number) =>
    [1, 2].reduce(
      (rolled, axis) =>
        g.concat([g.slice(rolled, [by], [1 << 30], [axis]), g.slice(rolled, [0], [by], [axis])], axis),
      x,
    );
  const patches = g.conv(
    g.input("input", "float32", [1, 3, 224, 224]),
    w.weights([width, 3, 4, 4]),
    w.weights([width]),
    {
      strides: [4, 4],
    },
  );
  let x = normal(g.transpose(patches, [0, 2, 3, 1]), width);
  for (const [stage, blocks] of [2, 2, 6, 2].entries()) {
    const channels = width << stage, side = 56 >> stage;
    if (stage > 0) {
      const quarters = [[0, 0], [1, 0], [0, 1], [1, 1]].map(([row, column]) =>
        g.slice(x, [row!, column!], [1 << 30, 1 << 30], [1, 2], [2, 2])
      );
      x = g.matmul(normal(g.concat(quarters, -1), 2 * channels), w.weights([2 * channels, channels]));
    }
    for (let block = 0; block < blocks; block++) {
      const shifted = block % 2 === 1 && side > window;
      const rolled = shifted ? roll(normal(x, channels), 3) : normal(x, channels);
      const attended = attention(rolled, channels, side);
      x = g.add(x, shifted ? roll(attended, side - 3) : attended);
      x = g.add(x, linear(gelu(linear(normal(x, channels), channels, 4 * channels)), 4 * channels, channels));
    }
  }
  const pooled = g.reduceMean(normal(x, width << 3), [1, 2], 0);
  g.output("output", linear(pooled, width << 3, 1000), "float32");
  return g.build();
}

function indices(window: number) {
  const places = Array.from({ length: window * window }, (_, i) => [Math.floor(i / window), i % window]);
  const relative = places.flatMap(([row, column]) =>
    places.map(([otherRow, otherColumn]) =>
      (row! - otherRow! + window - 1) * (2 * window - 1) + column! - otherColumn! + window - 1
    )
  );
  return intTensor(relative);
}
