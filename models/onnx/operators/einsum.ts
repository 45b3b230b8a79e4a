import { listed } from "./axes.ts";
import type { NodeContext } from "./node_context.ts";
import type { GradientRule, Operator } from "./operator.ts";

/** An equation with a letter for every axis. */
interface Equation {
  /** The letters of each input's axes. */
  terms: string[][];
  result: string[];
  sizes: ReadonlyMap<string, number>;
}

const alphabet = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"];

/** Letters name axes; dots stand for axes that broadcast. Without "->" the letters used once are kept, sorted. */
function equationOf(c: NodeContext): Equation {
  const text = c.string("equation", "").replaceAll(" ", "");
  const [left, right] = text.split("->");
  const written = left!.split(",");
  const depth = Math.max(0, ...written.map((term, index) => dotsOf(term, c.dims(index))));
  const dots = alphabet.filter((letter) => !text.includes(letter)).slice(0, depth);
  const spelled = (term: string, count: number) => {
    const [before, after] = term.split("...");
    return [...before!, ...(after === undefined ? [] : dots.slice(depth - count)), ...after ?? ""];
  };
  const terms = written.map((term, index) => spelled(term, dotsOf(term, c.dims(index))));
  const sizes = new Map<string, number>();
  const counts = new Map<string, number>();
  terms.forEach((letters, index) =>
    letters.forEach((letter, axis) => {
      const [known, size] = [sizes.get(letter) ?? 1, c.dims(index)[axis]!];
      if (known !== 1 && size !== 1 && known !== size) {
        throw new Error(`axis ${letter} has sizes ${known} and ${size}`);
      }
      sizes.set(letter, Math.max(known, size));
      counts.set(letter, (counts.get(letter) ?? 0) + 1);
    })
  );
  const once = [...counts].flatMap(([letter, count]) =>
    count === 1 && !dots.includes(letter) ? [letter] : []
  );
  const result = right === undefined ? [...dots, ...once.sort()] : spelled(right, depth);
  return { terms, result, sizes };
}

/** How many axes the dots of a term stand for. */
function dotsOf(term: string, dims: number[]): number {
  const count = dims.length - term.replace("...", "").length;
  if (count < 0 || (count > 0 && !term.includes("..."))) {
    throw new Error(`"${term}" does not fit ${listed([dims])}`);
  }
  return count;
}

/**
 * The gradient of an input is the sum of products of the result's gradient and the other inputs. Axes that only the
 * input itself has were summed: its gradient is the same along them.
 */
const gradient: GradientRule = (c) => {
  const { terms, result, sizes } = equationOf(c);
  return terms.map((term, index) => {
    if (!c.needs(index)) return undefined;
    if (new Set(term).size < term.length) {
      c.refuse("takes a diagonal, which cannot be differentiated");
    }
    const others = terms.flatMap((_, other) => other === index ? [] : [other]);
    const factors = [result, ...others.map((other) => terms[other]!)];
    const known = term.filter((letter) => factors.some((factor) => factor.includes(letter)));
    const equation = `${factors.map((factor) => factor.join("")).join(",")}->${known.join("")}`;
    const product = c.grad.op("Einsum", others.map((other) => c.operand(other)), { equation });
    const wide = term.map((letter) => known.includes(letter) ? sizes.get(letter)! : 1);
    const dims = c.dims(index);
    const repeated = wide.flatMap((size, axis) => size > 1 && dims[axis] === 1 ? [axis] : []);
    const placed = known.length === term.length ? product : product.reshape(wide);
    const summed = repeated.length === 0 ? placed : placed.reduceSum(repeated);
    return summed.dims.every((size, axis) => size === dims[axis]) ? summed : summed.expand(dims);
  });
};

/** Sums of products along named axes. */
export const einsum: Operator = {
  shape: (c) => {
    const { result, sizes } = equationOf(c);
    return [{ type: c.type(0), dims: result.map((letter) => sizes.get(letter) ?? 1) }];
  },
  gradient,
};
