import { broadcastShapes, listed } from "./axes.ts";
import type { Operator } from "./operator.ts";

/** Letters name axes; dots stand for axes that broadcast. Without "->" the letters used once are kept, sorted. */
export const einsum: Operator = {
  shape: (c) => {
    const [terms, result] = c.string("equation", "").replaceAll(" ", "").split("->");
    const sizes = new Map<string, number>();
    const counts = new Map<string, number>();
    const batches: number[][] = [];
    terms!.split(",").forEach((term, index) => {
      const { dims } = c.info(index);
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
  },
};
