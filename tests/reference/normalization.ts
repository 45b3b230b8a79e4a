import { elementCount, floatAttribute, intAttribute, intsAttribute } from "../../models/onnx/model.ts";
import { at, broadcastTo, forEachIndex, generate, type NdArray, ndArray, normalizeAxis } from "./nd_array.ts";
import { type Call, input, type Operators } from "./operator.ts";

function moments(values: Float64Array): { mean: number; variance: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
  return { mean, variance };
}

/** (x - mean) / sqrt(variance + epsilon) * scale + bias, all four given per channel. */
function batchNormalization(call: Call): NdArray[] {
  const x = input(call, 0);
  const [scale, bias, mean, variance] = [1, 2, 3, 4].map((i) => input(call, i).data);
  const epsilon = floatAttribute(call.node, "epsilon", 1e-5);
  return [generate(x.dims, (index) => {
    const c = index[1]!;
    return (at(x, index) - mean![c]!) / Math.sqrt(variance![c]! + epsilon) * scale![c]! + bias![c]!;
  })];
}

/** Normalises each channel of each picture by its own mean and variance. */
function instanceNormalization(call: Call): NdArray[] {
  const x = input(call, 0);
  const [scale, bias] = [input(call, 1).data, input(call, 2).data];
  const epsilon = floatAttribute(call.node, "epsilon", 1e-5);
  const size = elementCount(x.dims.slice(2));
  const data = new Float64Array(x.data.length);
  for (let start = 0; start < data.length; start += size) {
    const channel = (start / size) % x.dims[1]!;
    const { mean, variance } = moments(x.data.subarray(start, start + size));
    for (let i = start; i < start + size; i++) {
      data[i] = (x.data[i]! - mean) / Math.sqrt(variance + epsilon) * scale[channel]! + bias[channel]!;
    }
  }
  return [ndArray(x.dims, data)];
}

/** Normalises over all axes from `axis` on; also returns the means and the inverse standard deviations. */
function layerNormalization(call: Call): NdArray[] {
  const x = input(call, 0);
  const axis = normalizeAxis(intAttribute(call.node, "axis", -1), x.dims.length);
  const epsilon = floatAttribute(call.node, "epsilon", 1e-5);
  const inner = x.dims.slice(axis);
  const scale = broadcastTo(input(call, 1), inner).data;
  const bias = call.inputs[2] && broadcastTo(call.inputs[2], inner).data;
  const size = elementCount(inner);
  const data = new Float64Array(x.data.length);
  const means: number[] = [];
  const inverseDeviations: number[] = [];
  for (let start = 0; start < data.length; start += size) {
    const { mean, variance } = moments(x.data.subarray(start, start + size));
    const inverse = 1 / Math.sqrt(variance + epsilon);
    for (let i = 0; i < size; i++) {
      data[start + i] = (x.data[start + i]! - mean) * inverse * scale[i]! + (bias ? bias[i]! : 0);
    }
    means.push(mean);
    inverseDeviations.push(inverse);
  }
  const outer = x.dims.map((length, i) => i < axis ? length : 1);
  return [ndArray(x.dims, data), ndArray(outer, means), ndArray(outer, inverseDeviations)];
}

/** x / (bias + alpha / size * sum of squares over the `size` channels around)^beta. */
function localResponseNormalization(call: Call): NdArray[] {
  const x = input(call, 0);
  const size = intAttribute(call.node, "size", 1);
  const alpha = floatAttribute(call.node, "alpha", 1e-4);
  const beta = floatAttribute(call.node, "beta", 0.75);
  const bias = floatAttribute(call.node, "bias", 1);
  const channels = x.dims[1]!;
  return [generate(x.dims, (index) => {
    const [n, c, ...rest] = index;
    const first = Math.max(0, c! - Math.floor((size - 1) / 2));
    const last = Math.min(channels - 1, c! + Math.ceil((size - 1) / 2));
    let squares = 0;
    for (let i = first; i <= last; i++) squares += at(x, [n!, i, ...rest]) ** 2;
    return at(x, index) / (bias + alpha / size * squares) ** beta;
  })];
}

/** Exponentials along `axis` divided by their sum (or the logarithm of that). */
function softmax(call: Call, logarithm: boolean): NdArray[] {
  const x = input(call, 0);
  const axis = normalizeAxis(intAttribute(call.node, "axis", -1), x.dims.length);
  return [generate(x.dims, (index) => {
    const line = Array.from({ length: x.dims[axis]! }, (_, i) => at(x, index.with(axis, i)));
    const largest = Math.max(...line);
    const sum = line.reduce((total, value) => total + Math.exp(value - largest), 0);
    const shifted = at(x, index) - largest;
    return logarithm ? shifted - Math.log(sum) : Math.exp(shifted) / sum;
  })];
}

/** Centred and divided by the deviation over some axes. */
function meanVarianceNormalization(call: Call): NdArray[] {
  const x = input(call, 0);
  const axes = intsAttribute(call.node, "axes", [0, 2, 3]).map((axis) => normalizeAxis(axis, x.dims.length));
  const key = (index: number[]) => index.map((i, axis) => axes.includes(axis) ? 0 : i).join();
  const groups = new Map<string, number[]>();
  forEachIndex(x.dims, (index, position) => {
    groups.set(key(index), [...groups.get(key(index)) ?? [], x.data[position]!]);
  });
  return [generate(x.dims, (index) => {
    const { mean, variance } = moments(Float64Array.from(groups.get(key(index))!));
    return (at(x, index) - mean) / (Math.sqrt(variance) + 1e-9);
  })];
}

/** Divided by the 1-norm or 2-norm along an axis. */
function lpNormalization(call: Call): NdArray[] {
  const x = input(call, 0);
  const axis = normalizeAxis(intAttribute(call.node, "axis", -1), x.dims.length);
  const p = intAttribute(call.node, "p", 2);
  return [generate(x.dims, (index) => {
    const line = Array.from({ length: x.dims[axis]! }, (_, i) => Math.abs(at(x, index.with(axis, i))) ** p);
    return at(x, index) / line.reduce((a, b) => a + b) ** (1 / p);
  })];
}

/** Operators that divide by a statistic of their input. */
export const normalization: Operators = {
  BatchNormalization: batchNormalization,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
  MeanVarianceNormalization: meanVarianceNormalization,
  LpNormalization: lpNormalization,
  LRN: localResponseNormalization,
  Softmax: (call) => softmax(call, false),
  LogSoftmax: (call) => softmax(call, true),
};
