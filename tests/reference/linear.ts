import { floatAttribute, intAttribute, stringAttribute } from "../../models/onnx/model.ts";
import {
  at,
  broadcastShape,
  broadcastTo,
  forEachIndex,
  generate,
  type NdArray,
  reshaped,
} from "./nd_array.ts";
import { type Call, input, type Operators } from "./operator.ts";

/**
 * numpy.matmul: the last two axes multiply, earlier axes broadcast, and a vector gains an axis that is
 * dropped again.
 */
function matMul(call: Call): NdArray[] {
  const [left, right] = [input(call, 0), input(call, 1)];
  const a = left.dims.length === 1 ? reshaped(left, [1, ...left.dims]) : left;
  const b = right.dims.length === 1 ? reshaped(right, [...right.dims, 1]) : right;
  const batch = broadcastShape(a.dims.slice(0, -2), b.dims.slice(0, -2));
  const [rows, inner, columns] = [a.dims.at(-2)!, a.dims.at(-1)!, b.dims.at(-1)!];
  const wideA = broadcastTo(a, [...batch, rows, inner]);
  const wideB = broadcastTo(b, [...batch, inner, columns]);
  const product = generate([...batch, rows, columns], (index) => {
    const outer = index.slice(0, -2);
    const [row, column] = index.slice(-2);
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += at(wideA, [...outer, row!, k]) * at(wideB, [...outer, k, column!]);
    return sum;
  });
  const dims = [
    ...batch,
    ...(left.dims.length === 1 ? [] : [rows]),
    ...(right.dims.length === 1 ? [] : [columns]),
  ];
  return [reshaped(product, dims)];
}

/** alpha A' B' + beta C, A and B transposed on request, C broadcast. */
function gemm(call: Call): NdArray[] {
  const [a, b] = [input(call, 0), input(call, 1)];
  const transposeA = intAttribute(call.node, "transA", 0) === 1;
  const transposeB = intAttribute(call.node, "transB", 0) === 1;
  const alpha = floatAttribute(call.node, "alpha", 1);
  const beta = floatAttribute(call.node, "beta", 1);
  const [rows, inner] = transposeA ? [a.dims[1]!, a.dims[0]!] : [a.dims[0]!, a.dims[1]!];
  const columns = transposeB ? b.dims[0]! : b.dims[1]!;
  const c = call.inputs[2] && broadcastTo(call.inputs[2], [rows, columns]);
  return [generate([rows, columns], ([i, j]) => {
    let sum = 0;
    for (let k = 0; k < inner; k++) {
      sum += at(a, transposeA ? [k, i!] : [i!, k]) * at(b, transposeB ? [j!, k] : [k, j!]);
    }
    return alpha * sum + (c ? beta * at(c, [i!, j!]) : 0);
  })];
}

/** The sum of products over all letters that the result leaves out; axes of one element are repeated. */
function einsum(call: Call): NdArray[] {
  const [left, right] = stringAttribute(call.node, "equation", "").replaceAll(" ", "").split("->");
  const factors = call.inputs.map((_, i) => input(call, i));
  const written = left!.split(",");
  const dotsOf = (term: string, i: number) => factors[i]!.dims.length - term.replace("...", "").length;
  const depth = Math.max(...written.map(dotsOf));
  const dots = Array.from({ length: depth }, (_, i) => `.${i}`);
  const spelled = (term: string, count: number) => {
    const [before, after] = term.split("...");
    return [...before!, ...(after === undefined ? [] : dots.slice(depth - count)), ...after ?? ""];
  };
  const terms = written.map((term, i) => spelled(term, dotsOf(term, i)));
  const letters = terms.flat();
  const all = [...new Set(letters)];
  const once = all.filter((name) =>
    name.length === 1 && letters.filter((other) => other === name).length === 1
  );
  const result = right === undefined ? [...dots, ...once.sort()] : spelled(right, depth);
  const size = (name: string) =>
    Math.max(...terms.flatMap((term, i) => factors[i]!.dims.filter((_, axis) => term[axis] === name)));
  const summed = all.filter((name) => !result.includes(name));
  return [generate(result.map(size), (kept) => {
    let sum = 0;
    forEachIndex(summed.map(size), (rest) => {
      const place = (name: string) => kept[result.indexOf(name)] ?? rest[summed.indexOf(name)]!;
      const elements = factors.map((factor, i) =>
        at(factor, terms[i]!.map((name, axis) => factor.dims[axis] === 1 ? 0 : place(name)))
      );
      sum += elements.reduce((a, b) => a * b);
    });
    return sum;
  })];
}

/** Products of matrices and their like. */
export const linear: Operators = { MatMul: matMul, Gemm: gemm, Einsum: einsum };
