/**
 * Products of matrices.
 *
 * @module
 */

import { intAttribute, stringAttribute } from "../model.ts";
import { broadcastShapes, listed } from "./axes.ts";
import type { ShapeRule } from "./context.ts";

const matMul: ShapeRule = (c) => {
  const { type, dims: left } = c.input(0);
  const right = c.dims(1);
  const [a, b] = [left.length === 1 ? [1, ...left] : left, right.length === 1 ? [...right, 1] : right];
  if (a.at(-1) !== b.at(-2)) throw new Error(`${listed([left, right])} do not multiply`);
  return [{
    type,
    dims: [
      ...broadcastShapes(a.slice(0, -2), b.slice(0, -2)),
      ...(left.length === 1 ? [] : [a.at(-2)!]),
      ...(right.length === 1 ? [] : [b.at(-1)!]),
    ],
  }];
};

const gemm: ShapeRule = (c) => {
  const { type, dims: a } = c.input(0);
  const b = c.dims(1);
  if (a.length !== 2 || b.length !== 2) throw new Error(`${listed([a, b])} are not matrices`);
  const [rows, inner] = intAttribute(c.node, "transA", 0) ? [a[1]!, a[0]!] : [a[0]!, a[1]!];
  const [other, columns] = intAttribute(c.node, "transB", 0) ? [b[1]!, b[0]!] : [b[0]!, b[1]!];
  if (inner !== other) throw new Error(`${listed([a, b])} do not multiply`);
  return [{ type, dims: [rows, columns] }];
};

/** Letters name axes; dots stand for axes that broadcast. Without "->" the letters used once are kept, sorted. */
const einsum: ShapeRule = (c) => {
  const [terms, result] = stringAttribute(c.node, "equation", "").replaceAll(" ", "").split("->");
  const sizes = new Map<string, number>();
  const counts = new Map<string, number>();
  const batches: number[][] = [];
  terms!.split(",").forEach((term, index) => {
    const { dims } = c.input(index);
    const [before, after] = term.split("...");
    const letters = [...before!, ...after ?? ""];
    const dots = after === undefined ? 0 : dims.length - letters.length;
    if (letters.length + dots !== dims.length || dots < 0) {
      throw new Error(`"${term}" does not fit ${listed([dims])}`);
    }
    if (after !== undefined) batches.push(dims.slice(before!.length, before!.length + dots));
    const named = [...dims.slice(0, before!.length), ...dims.slice(before!.length + dots)];
    letters.forEach((letter, i) => {
      const [known, size] = [sizes.get(letter) ?? 1, named[i]!];
      if (known !== 1 && size !== 1 && known !== size) {
        throw new Error(`axis ${letter} has sizes ${known} and ${size}`);
      }
      sizes.set(letter, Math.max(known, size));
      counts.set(letter, (counts.get(letter) ?? 0) + 1);
    });
  });
  const once = [...counts].filter(([, count]) => count === 1).map(([letter]) => letter).sort();
  const wanted = result ?? (batches.length > 0 ? "..." : "") + once.join("");
  const [before, after] = wanted.split("...");
  const sizesOf = (letters: string) => [...letters].map((letter) => sizes.get(letter) ?? 1);
  const batch = after === undefined ? [] : broadcastShapes(...batches);
  return [{ type: c.type(0), dims: [...sizesOf(before!), ...batch, ...sizesOf(after ?? "")] }];
};

/** Matrix products and their generalisation. */
export const linearRules: Record<string, ShapeRule> = { MatMul: matMul, Gemm: gemm, Einsum: einsum };
