import { wrongUsage } from "../../../models/errors.ts";
import { jsonLine } from "../../terminal/reporter.ts";
import {
  type Command,
  type CommandScreen,
  flagsOf,
  help,
  json,
  provider,
  type RunnableCommand,
  verbose,
} from "../command.ts";
import { FlagValues } from "../flag_values.ts";
import { parseFlags } from "../flags.ts";
import { interruptible } from "../interruptible.ts";
import { program } from "../program.ts";

const description: Command = {
  name: "evaluate",
  usage: "SOURCE DREAMED [--frames N]",
  summary: "measure a dreamed video against its source",
  groups: [{
    title: "Flags",
    flags: [
      { name: "frames", placeholder: "N", description: "look at the first N frames only" },
      {
        name: "image-size",
        placeholder: "N",
        description: "longest side in pixels of the pictures that are measured [default 512]",
      },
      {
        name: "layers",
        placeholder: "NAME,…",
        description:
          "layers whose activation is the dream's strength (default: those that the network dreams with)",
      },
      {
        name: "model",
        placeholder: "NAME",
        description:
          "network that measures the strength: a name of `models list` or a file (default: as for dream)",
      },
      {
        name: "flow",
        placeholder: "NAME",
        description:
          "what finds the motion of the source: dis, or raft, which sees larger motion [default dis]",
      },
      {
        name: "flow-model",
        placeholder: "NAME",
        description: "raft's weights: a network's name or a file; means --flow raft",
      },
      provider,
      json,
      verbose,
      help,
    ],
  }],
};

/** The command `evaluate`. */
export const evaluate: RunnableCommand = { ...description, run };

async function run(args: readonly string[], screen: CommandScreen): Promise<number> {
  const { values, positionals } = parseFlags(args, flagsOf(description));
  const [source, dreamed, ...rest] = positionals;
  if (source === undefined || dreamed === undefined || rest.length > 0) {
    throw wrongUsage(`evaluate takes a SOURCE and a DREAMED video: ${program} evaluate clip.mp4 dream.mp4`);
  }
  const flags = new FlagValues({ values });
  const chosen = {
    frames: flags.whole("frames", 1),
    size: flags.whole("image-size", 1),
    providers: flags.providers(),
    layers: flags.words("layers"),
    model: flags.text("model"),
    flow: flags.choice("flow", ["dis", "raft"]),
    flowModel: flags.text("flow-model"),
  };
  const { evaluate } = await import("../../evaluate/evaluate.ts");
  const { evaluationText, measuringLine } = await import("../../terminal/evaluation_text.ts");
  const onFrame = (done: number, total: number) => screen.live(measuringLine(done, total, screen.columns));
  try {
    const evaluation = await interruptible(
      screen,
      (signal) => evaluate(source, dreamed, { ...chosen, signal, onFrame }),
    );
    screen.live("");
    screen.print(flags.isOn("json") ? jsonLine(evaluation) : evaluationText(evaluation));
  } finally {
    screen.live("");
  }
  return 0;
}
