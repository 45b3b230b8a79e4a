/** The command line: reads what is asked for, calls it, prints. */
import { nearest, type ParsedFlags, parseFlags } from "./pipeline/command_line/flags.ts";
import { type Command, commands, flagsOf } from "./pipeline/command_line/commands.ts";
import { parseDream, providerList, refuseSameFile } from "./pipeline/command_line/dream_options.ts";
import { failureOf } from "./pipeline/command_line/failure.ts";
import { commandHelp, overview, program } from "./pipeline/command_line/help.ts";
import { interruptible } from "./pipeline/command_line/interruptible.ts";
import { jsonLine, jsonReporter, type Reporter, textReporter } from "./pipeline/terminal/reporter.ts";
import { Screen, standardSink } from "./pipeline/terminal/screen.ts";
import { type ReverieError, wrongUsage } from "./models/errors.ts";
import { parseWhole } from "./pipeline/settings/units.ts";
import { parseServe, serveCommand } from "./server/command_line.ts";

// What a command needs is imported when it is called, so that help and errors come at once.

async function dream(args: readonly string[], screen: Screen): Promise<number> {
  const { options, wish, expected, json, notes } = parseDream(args);
  await refuseSameFile(options.input, options.output);
  const reporter: Reporter = json ? jsonReporter(screen) : textReporter(screen);
  for (const note of notes) reporter.warning(note);
  const { dreamVideo } = await import("./pipeline/run/dream_video.ts");
  const { settle } = await import("./pipeline/settings/settle.ts");
  try {
    await interruptible(screen, async (signal) => {
      const { download: onProgress, warning: onWarning } = reporter;
      const later = async () => {
        const { parameters, notes } = await settle(wish, { onProgress, signal });
        for (const note of notes) onWarning(note);
        return parameters;
      };
      const parameters = { expected, settle: later };
      const events = dreamVideo({ ...options, parameters, signal, onWarning });
      for await (const event of events) reporter.event(event);
    });
  } finally {
    reporter.close();
  }
  return 0;
}

async function models(args: readonly string[], screen: Screen): Promise<number> {
  const { values, positionals } = parseFlags(args, flagsOf(commands.models));
  const [action, name, ...rest] = positionals;
  const usage = `${program} models ${commands.models.usage}`;
  const { addNetwork } = await import("./models/add.ts");
  const { describeNetwork, listNetworks } = await import("./models/listing.ts");
  const { addedText, networksText, networkText } = await import("./pipeline/terminal/models_text.ts");
  const print = <T>(value: T, text: (value: T) => string) =>
    screen.print(values.get("json") ? jsonLine(value) : text(value));
  if (rest.length > 0) throw wrongUsage(`"${rest[0]}" is one word too many: ${usage}`);
  if (action === "list" && name === undefined) print(await listNetworks(), networksText);
  else if (action === "show" && name !== undefined) print(await describeNetwork(name), networkText);
  else if (action === "add" && name !== undefined) print(await addNetwork(name), addedText);
  else if (action === "pull" && name !== undefined) await pull(name, values, screen);
  else throw wrongUsage(`models is used so: ${usage}`);
  return 0;
}

async function pull(name: string, values: ParsedFlags["values"], screen: Screen): Promise<void> {
  const { fetchNetwork } = await import("./pipeline/settings/networks.ts");
  const reporter = values.get("json") ? jsonReporter(screen) : textReporter(screen);
  try {
    const path = await interruptible(
      screen,
      (signal) => fetchNetwork(name, { onProgress: reporter.download, signal }),
    );
    reporter.close();
    screen.print(values.get("json") ? jsonLine({ name, path }) : path);
  } finally {
    reporter.close();
  }
}

async function evaluate(args: readonly string[], screen: Screen): Promise<number> {
  const { values, positionals } = parseFlags(args, flagsOf(commands.evaluate));
  const [source, dreamed, ...rest] = positionals;
  if (source === undefined || dreamed === undefined || rest.length > 0) {
    throw wrongUsage(`evaluate takes a SOURCE and a DREAMED video: ${program} evaluate clip.mp4 dream.mp4`);
  }
  const frames = wholeNumber(values, "frames");
  const providers = providerList(values.get("provider") as string | undefined);
  const size = wholeNumber(values, "image-size");
  const layers = (values.get("layers") as string | undefined)?.split(",");
  const flow = oneOf(values, "flow", ["dis", "raft"]);
  const flowModel = values.get("flow-model") as string | undefined;
  const model = values.get("model") as string | undefined;
  const { evaluate } = await import("./pipeline/evaluate/evaluate.ts");
  const { evaluationText, measuringLine } = await import("./pipeline/terminal/evaluation_text.ts");
  const onFrame = (done: number, total: number) => screen.live(measuringLine(done, total, screen.columns));
  try {
    const chosen = {
      ...(frames !== undefined && { frames }),
      ...(size !== undefined && { size }),
      ...(providers && { providers }),
      ...(layers && { layers }),
      ...(model !== undefined && { model }),
      ...(flow !== undefined && { flow }),
      ...(flowModel !== undefined && { flowModel }),
    };
    const evaluation = await interruptible(
      screen,
      (signal) => evaluate(source, dreamed, { ...chosen, signal, onFrame }),
    );
    screen.live("");
    screen.print(values.get("json") ? jsonLine(evaluation) : evaluationText(evaluation));
  } finally {
    screen.live("");
  }
  return 0;
}

function wholeNumber(values: ParsedFlags["values"], name: string): number | undefined {
  const text = values.get(name);
  return typeof text === "string" ? parseWhole(text, name, 1) : undefined;
}

function oneOf<T extends string>(
  values: ParsedFlags["values"],
  name: string,
  choices: readonly T[],
): T | undefined {
  const text = values.get(name);
  const choice = choices.find((choice) => choice === text);
  if (choice === undefined && text !== undefined) {
    throw wrongUsage(`--${name} must be ${choices.join(" or ")}, not "${text}"`);
  }
  return choice;
}

async function doctor(args: readonly string[], screen: Screen): Promise<number> {
  const { values, positionals } = parseFlags(args, flagsOf(commands.doctor));
  if (positionals.length > 0) throw wrongUsage(`doctor takes no arguments, such as "${positionals[0]}"`);
  const { examine, isHealthy } = await import("./pipeline/doctor/doctor.ts");
  const { checksText } = await import("./pipeline/terminal/doctor_text.ts");
  const checks = await examine();
  const healthy = isHealthy(checks);
  screen.print(values.get("json") ? jsonLine({ healthy, checks }) : checksText(checks));
  return healthy ? 0 : 1;
}

async function serve(args: readonly string[], screen: Screen): Promise<number> {
  const options = parseServe(args);
  const { serve } = await import("./server/serve.ts");
  const onListening = ({ url }: { url: string }) => screen.warn(`Reverie is at ${url} (Ctrl-C stops it)`);
  await interruptible(screen, (signal) => serve(options, { signal, onListening }));
  return 0;
}

const handlers = { dream, serve, models, evaluate, doctor };
const allCommands = { ...commands, serve: serveCommand };

async function run(args: readonly string[], screen: Screen): Promise<number> {
  const [name, ...rest] = args;
  if (name === "--help" || name === "-h" || name === "help") {
    screen.print(overview(Object.keys(handlers).map((name) => allCommands[name as keyof typeof handlers])));
    return 0;
  }
  if (name === undefined || !Object.hasOwn(handlers, name)) throw unknownCommand(name);
  const command: Command = allCommands[name as keyof typeof handlers];
  if (rest.includes("--help") || rest.includes("-h")) {
    screen.print(commandHelp(command, Math.min(110, screen.columns)));
    return 0;
  }
  return await handlers[name as keyof typeof handlers](rest, screen);
}

function unknownCommand(name: string | undefined): ReverieError {
  const names = Object.keys(handlers);
  if (name === undefined) return wrongUsage(`name a command: ${names.join(", ")}; --help says more`);
  const near = nearest(name, names);
  const suggestion = near ? `did you mean ${near}?` : `there are ${names.join(", ")}`;
  return wrongUsage(`there is no command "${name}"; ${suggestion}`);
}

/** Prints an error as one line; with `--json` programs get it on the standard output, too. */
function report(error: unknown, args: readonly string[], screen: Screen): number {
  const { message, exitCode, stack } = failureOf(error);
  screen.warn(`reverie: ${message}`);
  try {
    if (args.includes("--json")) screen.print(jsonLine({ event: "error", message, exitCode }));
  } catch {
    // The standard output is full or gone; the line above has said what matters.
  }
  if (args.includes("--verbose") || args.includes("-verbose")) screen.warn(stack);
  return exitCode;
}

async function main(args: readonly string[]): Promise<number> {
  const screen = new Screen(standardSink(Deno.stdout), standardSink(Deno.stderr));
  // An error that nobody waited for ends the program like any other.
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
