import { wrongUsage } from "../../../models/errors.ts";
import { jsonLine, jsonReporter, textReporter } from "../../terminal/reporter.ts";
import {
  type Command,
  type CommandScreen,
  flagsOf,
  help,
  json,
  type RunnableCommand,
  verbose,
} from "../command.ts";
import { FlagValues } from "../flag_values.ts";
import { parseFlags } from "../flags.ts";
import { interruptible } from "../interruptible.ts";
import { program } from "../program.ts";

const description: Command = {
  name: "models",
  usage: "list | show NAME | pull NAME | add FILE",
  summary: "networks to dream with and to find motion: what there is, what is here, fetch or add one",
  groups: [{ title: "Flags", flags: [json, verbose, help] }],
  notes: [
    "NAME is a name of the list. For `show` it may also be a file: its input and the layers one can dream with.",
    "FILE is BVLC GoogLeNet as .onnx, .pth, .safetensors or .caffemodel: kept as if it had been pulled.",
  ],
};

/** The command `models`. */
export const models: RunnableCommand = { ...description, run };

async function run(args: readonly string[], screen: CommandScreen): Promise<number> {
  const { values, positionals } = parseFlags(args, flagsOf(description));
  const [action, name, ...rest] = positionals;
  const usage = `${program} models ${description.usage}`;
  const { addNetwork } = await import("../../../models/add.ts");
  const { describeNetwork, listNetworks } = await import("../../../models/listing.ts");
  const { addedText, networksText, networkText } = await import("../../terminal/models_text.ts");
  const isJson = new FlagValues({ values }).isOn("json");
  const print = <T>(value: T, text: (value: T) => string) =>
    screen.print(isJson ? jsonLine(value) : text(value));
  if (rest.length > 0) throw wrongUsage(`"${rest[0]}" is one word too many: ${usage}`);
  if (action === "list" && name === undefined) print(await listNetworks(), networksText);
  else if (action === "show" && name !== undefined) print(await describeNetwork(name), networkText);
  else if (action === "add" && name !== undefined) print(await addNetwork(name), addedText);
  else if (action === "pull" && name !== undefined) await pull(name, isJson, screen);
  else throw wrongUsage(`models is used so: ${usage}`);
  return 0;
}

async function pull(name: string, isJson: boolean, screen: CommandScreen): Promise<void> {
  const { fetchNetwork } = await import("../../settings/networks.ts");
  const reporter = isJson ? jsonReporter(screen) : textReporter(screen);
  try {
    const path = await interruptible(
      screen,
      (signal) => fetchNetwork(name, { onProgress: reporter.download, signal }),
    );
    reporter.close();
    screen.print(isJson ? jsonLine({ name, path }) : path);
  } finally {
    reporter.close();
  }
}
