/**
 * `deno task cuda [--remove]`: downloads onnxruntime's CUDA provider for this machine, or removes it. It is a
 * separate program because machines without an NVIDIA GPU do not need it.
 */
import { isCudaPlatform } from "../../models/engine/cuda/files.ts";
import { ReverieError, wrongUsage } from "../../models/errors.ts";
import { parseFlags } from "../command_line/flags.ts";
import { barLine } from "./bar.ts";
import { type Command, help, verbose } from "../command_line/command.ts";
import { failureOf } from "../command_line/failure.ts";
import { commandHelp } from "../command_line/help.ts";
import { interruptible } from "../command_line/interruptible.ts";
import { Screen, standardSink } from "./screen.ts";
import { formatBytes } from "../settings/units.ts";

const flags = [{ name: "remove", description: "take the provider away again" }, verbose, help];

const command: Command = {
  name: "cuda",
  usage: "[--remove]",
  summary: "fetch onnxruntime's CUDA provider, for NVIDIA GPUs (180 MB)",
  groups: [{ title: "Flags", flags }],
  notes: [
    "NVIDIA's own libraries are fetched otherwise; `deno task doctor` tells which are missing and how.",
  ],
};

async function main(args: readonly string[], screen: Screen): Promise<void> {
  const { values, positionals } = parseFlags(args, flags);
  if (values.get("help")) return screen.print(commandHelp(command, Math.min(110, screen.columns)));
  if (positionals.length > 0) throw wrongUsage(`cuda takes no arguments, such as "${positionals[0]}"`);
  if (!isCudaPlatform()) throw new ReverieError("provider_unusable", elsewhere());
  if (values.get("remove")) await remove(screen);
  else await install(screen);
}

function elsewhere(): string {
  const { os, arch } = Deno.build;
  return `onnxruntime has no CUDA provider for ${os} on ${arch} in npm's package, only for Linux on x86-64; ` +
    "use this machine's GPU by --provider webgpu,cpu";
}

async function remove(screen: Screen): Promise<void> {
  const { removeProvider } = await import("../../models/engine/cuda/install.ts");
  screen.print(
    await removeProvider() ? "the CUDA provider has been removed" : "there was no CUDA provider here",
  );
}

async function install(screen: Screen): Promise<void> {
  const { installProvider } = await import("../../models/engine/cuda/install.ts");
  const onProgress = progress(screen);
  try {
    const { folder, fetched } = await interruptible(
      screen,
      (signal) => installProvider({ onProgress, signal }),
    );
    screen.live("");
    screen.print(`the CUDA provider ${fetched ? "is now" : "was already"} in ${folder}`);
    screen.print("doctor tells what else CUDA needs: deno task doctor");
  } finally {
    screen.live("");
  }
}

/** Shows a bar on a terminal, otherwise prints a line at every tenth. */
function progress(screen: Screen): (received: number, total: number) => void {
  let shown = -1;
  return (received, total) => {
    const part = Math.floor(received / total * (screen.terminal ? 1000 : 10));
    if (part === shown) return;
    shown = part;
    const count = `${formatBytes(received)} of ${formatBytes(total)}`;
    const details = ["fetching the CUDA provider"];
    if (screen.terminal) screen.live(barLine({ done: received, total, details, count }, screen.columns));
    else screen.print(`fetching the CUDA provider: ${count}`);
  };
}

if (import.meta.main) {
  const screen = new Screen(standardSink(Deno.stdout), standardSink(Deno.stderr));
  try {
    await main(Deno.args, screen);
  } catch (error) {
    const { message, exitCode, stack } = failureOf(error);
    screen.warn(`reverie: ${message}`);
    if (Deno.args.includes("--verbose")) screen.warn(stack);
    Deno.exit(exitCode);
  }
}
