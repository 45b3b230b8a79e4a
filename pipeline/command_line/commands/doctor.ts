import { wrongUsage } from "../../../models/errors.ts";
import { jsonLine } from "../../terminal/reporter.ts";
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

const description: Command = {
  name: "doctor",
  usage: "",
  summary: "what this machine has, and what to do about what it lacks",
  groups: [{ title: "Flags", flags: [json, verbose, help] }],
};

/** The command `doctor`. */
export const doctor: RunnableCommand = { ...description, run };

async function run(args: readonly string[], screen: CommandScreen): Promise<number> {
  const { values, positionals } = parseFlags(args, flagsOf(description));
  if (positionals.length > 0) throw wrongUsage(`doctor takes no arguments, such as "${positionals[0]}"`);
  const { examine, isHealthy } = await import("../../doctor/doctor.ts");
  const { checksText } = await import("../../terminal/doctor_text.ts");
  const checks = await examine();
  const healthy = isHealthy(checks);
  screen.print(new FlagValues({ values }).isOn("json") ? jsonLine({ healthy, checks }) : checksText(checks));
  return healthy ? 0 : 1;
}
