/** The command line: finds the requested command, runs it, and reports how it ended. */
import { type ReverieError, wrongUsage } from "./models/errors.ts";
import type { RunnableCommand } from "./pipeline/command_line/command.ts";
import { doctor } from "./pipeline/command_line/commands/doctor.ts";
import { dream } from "./pipeline/command_line/commands/dream.ts";
import { evaluate } from "./pipeline/command_line/commands/evaluate.ts";
import { models } from "./pipeline/command_line/commands/models.ts";
import { failureOf } from "./pipeline/command_line/failure.ts";
import { commandHelp, overview } from "./pipeline/command_line/help.ts";
import { nearest } from "./pipeline/settings/nearest.ts";
import { jsonLine } from "./pipeline/terminal/reporter.ts";
import { Screen, standardSink } from "./pipeline/terminal/screen.ts";
import { serve } from "./server/command_line.ts";

// A command imports its dependencies when it runs, so that help and usage errors appear at once.
const commands: Record<string, RunnableCommand> = { dream, serve, models, evaluate, doctor };

async function run(args: readonly string[], screen: Screen): Promise<number> {
  const [name, ...rest] = args;
  if (name === "--help" || name === "-h" || name === "help") {
    screen.print(overview(Object.values(commands)));
    return 0;
  }
  if (name === undefined || !Object.hasOwn(commands, name)) throw unknownCommand(name);
  const command = commands[name]!;
  if (rest.includes("--help") || rest.includes("-h")) {
    screen.print(commandHelp(command, Math.min(110, screen.columns)));
    return 0;
  }
  return await command.run(rest, screen);
}

function unknownCommand(name: string | undefined): ReverieError {
  const names = Object.keys(commands);
  if (name === undefined) return wrongUsage(`name a command: ${names.join(", ")}; --help says more`);
  const near = nearest(name, names);
  const suggestion = near ? `did you mean ${near}?` : `there are ${names.join(", ")}`;
  return wrongUsage(`there is no command "${name}"; ${suggestion}`);
}

/** Prints an error as one line on standard error; with `--json`, also as JSON on standard output. */
function report(error: unknown, args: readonly string[], screen: Screen): number {
  const { message, exitCode, stack } = failureOf(error);
  screen.warn(`reverie: ${message}`);
  try {
    if (args.includes("--json")) screen.print(jsonLine({ event: "error", message, exitCode }));
  } catch {
    // Standard output is full or closed; the line on standard error has already reported the error.
  }
  if (args.includes("--verbose") || args.includes("-verbose")) screen.warn(stack);
  return exitCode;
}

async function main(args: readonly string[]): Promise<number> {
  const screen = new Screen(standardSink(Deno.stdout), standardSink(Deno.stderr));
  // An unhandled error ends the program like any other.
  const end = (event: Event, error: unknown) => {
    event.preventDefault();
    Deno.exit(report(error, args, screen));
  };
  globalThis.addEventListener("unhandledrejection", (event) => end(event, event.reason));
  globalThis.addEventListener("error", (event) => end(event, event.error));
  try {
    return await run(args, screen);
  } catch (error) {
    return report(error, args, screen);
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
