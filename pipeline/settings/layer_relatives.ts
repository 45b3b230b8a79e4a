/**
 * InceptionV3 counterparts of GoogLeNet's layers, for commands that name those if GoogLeNet is unavailable.
 */

/** The block of InceptionV3 nearest in depth to each block of GoogLeNet (Szegedy et al. 2015). */
const blocks: Record<string, string> = {
  "3a": "mixed0",
  "3b": "mixed1",
  "4a": "mixed2",
  "4b": "mixed3",
  "4c": "mixed4",
  "4d": "mixed4",
  "4e": "mixed4",
  "5a": "mixed5",
  "5b": "mixed6",
};

/** The nearest layers of InceptionV3, without duplicates; names of no GoogLeNet block stay unchanged. */
export function relativeLayers(layers: readonly string[]): string[] {
  return [...new Set(layers.map(relative))];
}

function relative(layer: string): string {
  // The pool above the last block has no counterpart; the next block comes nearest.
  if (/^pool5(?![a-z0-9])/i.test(layer)) return "mixed7";
  const block = /^(?:inception|mixed)_?(\d[a-e])(?![a-z0-9])/i.exec(layer)?.[1]?.toLowerCase();
  return block === undefined ? layer : blocks[block] ?? layer;
}
