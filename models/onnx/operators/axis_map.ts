import { elementCount, floatTensor } from "../model.ts";
import type { Value } from "./value.ts";

/** One term of an output element: input element `from`, times `weight`. */
export interface Term {
  from: number;
  weight: number;
}

/**
 * A linear map along one axis, the same for every line of the tensor: output element `i` is the sum of `terms[i]`.
 * Interpolation, mirrored padding and constant gathering are such maps.
 */
export interface AxisMap {
  axis: number;
  inputSize: number;
  terms: Term[][];
}

/** The map that copies input element `sources[i]` to output element `i`. */
export function copyMap(axis: number, inputSize: number, sources: number[]): AxisMap {
  return { axis, inputSize, terms: sources.map((from) => [{ from, weight: 1 }]) };
}

/** Whether nothing is moved or weighted. */
function isIdentity(map: AxisMap): boolean {
  return map.terms.length === map.inputSize &&
    map.terms.every((terms, index) =>
      terms.length === 1 && terms[0]!.from === index && terms[0]!.weight === 1
    );
}

/** The gradient of the maps' input from that of their output: each map's adjoint is applied along its axis. */
export function adjoint(grad: Value, maps: AxisMap[]): Value {
  return maps.filter((map) => !isIdentity(map)).reduce(
    (result, map) => isInjective(map) ? gatherBack(result, map) : multiplyBack(result, map),
    grad,
  );
}

/** Whether every input element is copied to one output element at most, unweighted. */
function isInjective(map: AxisMap): boolean {
  const used = new Set<number>();
  return map.terms.every((terms) => {
    if (terms.length !== 1 || terms[0]!.weight !== 1 || used.has(terms[0]!.from)) return false;
    used.add(terms[0]!.from);
    return true;
  });
}

/** Copies back; elements that were not copied read a zero that is put behind the axis. */
function gatherBack(grad: Value, map: AxisMap): Value {
  const places = new Array<number>(map.inputSize).fill(map.terms.length);
  map.terms.forEach((terms, index) => places[terms[0]!.from] = index);
  const none = grad.dims.map(() => 0);
  const source = places.includes(map.terms.length)
    ? grad.pad(none, none.map((_, axis) => axis === map.axis ? 1 : 0))
    : grad;
  return source.gather(grad.ints(...places), map.axis);
}

/** Multiplies with the transposed matrix of the map. */
function multiplyBack(grad: Value, map: AxisMap): Value {
  const { axis, inputSize } = map;
  const { dims } = grad;
  const size = map.terms.length;
  const isLast = axis === dims.length - 1;
  const matrix = new Float32Array(inputSize * size);
  map.terms.forEach((terms, index) => {
    for (const { from, weight } of terms) {
      const place = isLast ? index * inputSize + from : from * size + index;
      matrix[place] = matrix[place]! + weight;
    }
  });
  if (isLast) return grad.matmul(grad.fixed(floatTensor(matrix, [size, inputSize]), "adjoint"));
  const constant = grad.fixed(floatTensor(matrix, [inputSize, size]), "adjoint");
  if (axis === dims.length - 2) return constant.matmul(grad);
  const outer = elementCount(dims.slice(0, axis));
  const inner = elementCount(dims.slice(axis + 1));
  const product = constant.matmul(grad.reshape([outer, size, inner]));
  return product.reshape(dims.map((n, i) => i === axis ? inputSize : n));
}

/**
 * If the maps repeat every element of the two last axes of a four-dimensional value a whole number of times, and
 * leave the others alone, their adjoint as a pool; otherwise undefined.
 */
export function adjointOfRepetition(grad: Value, maps: AxisMap[]): Value | undefined {
  if (grad.rank !== 4) return undefined;
  const factors = [1, 1, 1, 1];
  for (const map of maps) {
    const factor = map.terms.length / map.inputSize;
    const repeats = map.terms.every((terms, i) =>
      terms.length === 1 && terms[0]!.weight === 1 && terms[0]!.from === Math.floor(i / factor)
    );
    if (!Number.isInteger(factor) || !repeats) return undefined;
    factors[map.axis] = factor;
  }
  const [batch, channels, height, width] = factors as [number, number, number, number];
  if (batch !== 1 || channels !== 1 || height * width === 1) return undefined;
  const kernel = [height, width];
  return grad.op("AveragePool", [], { kernel_shape: kernel, strides: kernel }).scale(height * width);
}
