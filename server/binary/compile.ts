/**
 * Compiles the whole program into one binary: `deno task compile [--weights] [--output FILE]`. With
 * `--weights` the dream network is embedded as well, so that the binary never has to download it.
 */
import { join } from "node:path";
import { fetchNetwork, shippedNetworkPath } from "../../pipeline/settings/networks.ts";
import { settle } from "../../pipeline/settings/settle.ts";
import { failureOf } from "../../pipeline/command_line/failure.ts";
import { terminalLine } from "../../pipeline/command_line/spelling.ts";
import { ReverieError } from "../../pipeline/errors.ts";
import { npmCopy } from "../../pipeline/ffmpeg/locate.ts";
import { parseFlags } from "../../pipeline/command_line/flags.ts";
import { excluded, included } from "./embed.ts";

const project = join(import.meta.dirname!, "..", "..");

/** Returns the arguments of `deno` that compile the program into a file. */
export async function compileArguments(output: string, extra: readonly string[] = []): Promise<string[]> {
  return [
    ...["compile", "--allow-all", "--no-check", "--self-extracting", "--output", output],
    ...[...included, ...extra].flatMap((path) => ["--include", path]),
    ...(await excluded(project)).flatMap((path) => ["--exclude", path]),
    "main.ts",
  ];
}

/**
 * Makes ffmpeg and ffprobe executable: the binary embeds file modes as they are, and one package ships
 * without them.
 */
async function setRunBits(): Promise<void> {
  for (const name of ["ffmpeg", "ffprobe"] as const) await npmCopy(name);
}

async function compile(output: string, extra: readonly string[]): Promise<void> {
  await setRunBits();
  const command = new Deno.Command(Deno.execPath(), {
    args: await compileArguments(output, extra),
    cwd: project,
    stdin: "null",
  });
  const { code } = await command.spawn().status;
  if (code === 0) return;
  throw new ReverieError(
    "internal",
    "the binary was not made: deno's lines above say why. If its base program (denort) could not be downloaded, " +
      "try again online, or set DENORT_BIN to a denort of this version of deno",
  );
}

/** Copies the default network, or its fallback, next to the program's files while `make` embeds it. */
async function withNetwork(make: (path: string) => Promise<void>): Promise<void> {
  const { parameters: { model }, notes } = await settle({ given: {} });
  for (const note of notes) console.error(`reverie: ${terminalLine(note)}`);
  const target = shippedNetworkPath(model);
  try {
    await Deno.copyFile(await fetchNetwork(model), target);
    await make(target);
  } finally {
    await Deno.remove(target).catch(() => {});
  }
}

async function main(args: readonly string[]): Promise<void> {
  const { values } = parseFlags(args, [
    { name: "weights", description: "embed the dream network" },
    { name: "output", placeholder: "FILE", description: "the binary" },
  ]);
  const output = String(values.get("output") ?? (Deno.build.os === "windows" ? "reverie.exe" : "reverie"));
  if (values.get("weights")) await withNetwork((path) => compile(output, [path]));
  else await compile(output, []);
}

if (import.meta.main) {
  try {
    await main(Deno.args);
  } catch (error) {
    if (!(error instanceof ReverieError)) throw error;
    const { message, exitCode } = failureOf(error);
    console.error(`reverie: ${message}`);
    Deno.exit(exitCode);
  }
}
