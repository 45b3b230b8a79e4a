/**
 * Tries out all inputs of the corpus, or those whose name or part contains a given word: `deno task corpus
 * [WORD …]`. Prints one table; exits with 1 if anything is wrong.
 */
import { corpus } from "./inputs/all.ts";
import type { Specimen } from "./specimen.ts";
import { type Trial, tryOut } from "./trial.ts";

const words = Deno.args;
const chosen = Object.entries(corpus).flatMap(([part, specimens]) =>
  specimens.filter(({ name }) => words.length === 0 || words.some((word) => `${part}/${name}`.includes(word)))
    .map((specimen) => ({ part, specimen }))
);

console.log("| | input | what is odd | result | verdict |\n| --- | --- | --- | --- | --- |");
let wrong = 0;
for (const { part, specimen } of chosen) {
  const folder = await Deno.makeTempDir({ prefix: "reverie-corpus-" });
  try {
    const trial = await tryOut(specimen, folder);
    if (trial !== "not built" && trial.faults.length > 0) wrong++;
    console.log(row(part, specimen, trial, folder));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
console.log(`\n${chosen.length} inputs, ${wrong} wrong`);
if (wrong > 0) Deno.exit(1);

function row(part: string, { name, oddity }: Specimen, trial: Trial | "not built", folder: string): string {
  const result = trial === "not built" ? "" : trial.got ? describe(trial) : trial.line;
  const verdict = trial === "not built" ? "not built: no encoder for it" : trial.faults.join("; ") || "right";
  const cells = [part, name, oddity, result, verdict];
  return `| ${
    cells.map((cell) => cell.replaceAll(folder + "/", "").replace(/[|\n]/g, "\\$&")).join(" | ")
  } |`;
}

function describe({ got, line }: Trial): string {
  const { frames, size, seconds, lag } = got!;
  const parts = [`${frames} frames`, size.join("x"), `${seconds.toFixed(2)} s`];
  if (lag !== undefined) parts.push(`sound ${(lag * 1000).toFixed(0)} ms late`);
  return [parts.join(", "), line].filter((text) => text !== "").join("; ");
}
