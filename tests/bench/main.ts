/**
 * Compares speed, memory, flow and stability with their targets.
 *
 *     deno task bench [gradient|pipeline|memory|flow|consistency|server …]
 *       --quick           tiny settings, to see that all works
 *       --frames N        dream N frames (memory: N and five times as many)
 *       --provider LIST   what runs the networks (default: cpu, which the targets are for)
 *       --output DIR      pictures and videos to look at (default: output/bench)
 *       --json            one JSON object instead of tables
 */
import { parseArgs } from "node:util";
import { consistency } from "../quality/consistency.ts";
import { flow } from "./flow.ts";
import { gradient } from "./gradient.ts";
import { describeMachine, loadNow, machineText } from "./machine.ts";
import { memory } from "./memory.ts";
import { type BenchOptions, type Detail, isMet, type Part } from "./part.ts";
import { pipeline } from "./pipeline.ts";
import { server } from "./server.ts";
import { detailText, figuresText, type PartRow } from "./table.ts";

const parts: Record<string, Part> = { gradient, flow, pipeline, memory, consistency, server };

const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);

function readArguments() {
  const { values, positionals } = parseArgs({
    args: Deno.args,
    allowPositionals: true,
    options: {
      quick: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      frames: { type: "string" },
      provider: { type: "string", default: "cpu" },
      output: { type: "string", default: `${root}output/bench` },
    },
  });
  const unknown = positionals.find((name) => !Object.hasOwn(parts, name));
  if (unknown !== undefined) {
    throw new Error(`there is no part "${unknown}"; there are: ${Object.keys(parts).join(", ")}`);
  }
  const frames = values.frames === undefined ? undefined : Number(values.frames);
  if (frames !== undefined && !(Number.isInteger(frames) && frames >= 2)) {
    throw new Error(`--frames must be a whole number from 2, not "${values.frames}"`);
  }
  return { ...values, frames, names: positionals.length > 0 ? positionals : Object.keys(parts) };
}

/** Runs the parts one after another; a failure does not stop the others. */
async function measure(names: string[], options: Omit<BenchOptions, "say">) {
  const rows: PartRow[] = [], details: Detail[] = [], failures: string[] = [];
  for (const part of names) {
    const say = (line: string) => console.error(`${part}: ${line}`);
    try {
      const report = await parts[part]!({ ...options, say });
      rows.push(...report.rows.map((row) => ({ part, ...row })));
      details.push(...report.details);
    } catch (error) {
      failures.push(`${part} failed: ${error instanceof Error ? error.stack : error}`);
      say("failed");
    }
  }
  return { rows, details, failures };
}

async function main(): Promise<number> {
  const { names, quick, json, frames, provider, output } = readArguments();
  // Messages about skipped parts must not get into the JSON.
  const print = console.log;
  if (json) console.log = console.error;
  const load = loadNow();
  const temporary = await Deno.makeTempDir({ prefix: "reverie-bench-" });
  try {
    const options = { quick, frames, providers: provider.split(","), output, temporary };
    const { rows, details, failures } = await measure(names, options);
    const machine = await describeMachine(load);
    if (json) {
      const judged = rows.map((row) => ({
        ...row,
        ...(row.target && !quick && { met: isMet(row.measured, row.target) }),
      }));
      print(JSON.stringify({ machine, quick, rows: judged, details, failures }));
    } else {
      const figures = rows.length > 0 ? [figuresText(rows, quick)] : [];
      print([machineText(machine), ...details.map(detailText), ...figures].join("\n\n"));
    }
    for (const failure of failures) console.error(failure);
    return failures.length > 0 ? 1 : 0;
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
}

if (import.meta.main) {
  try {
    Deno.exit(await main());
  } catch (error) {
    console.error(`bench: ${(error as Error).message}`);
    Deno.exit(2);
  }
}
