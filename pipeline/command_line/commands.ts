import { type Flag, settingFlags } from "./flags.ts";

/** A command, as the help shows it. */
export interface Command {
  name: string;
  /** What follows the name on the command line. */
  usage: string;
  /** One line. */
  summary: string;
  groups: readonly FlagGroup[];
  /** Lines at the end of the help. */
  notes?: readonly string[];
}

/** Flags under a heading. */
export interface FlagGroup {
  title: string;
  flags: readonly Flag[];
}

/** Flags that every command has. */
export const help: Flag = { name: "help", description: "show this help (-h)" };
export const verbose: Flag = { name: "verbose", description: "show the stack of an error" };
/** Execution providers, for what runs networks. */
export const provider: Flag = {
  name: "provider",
  placeholder: "LIST",
  description: "what runs the networks, in order of preference, of cuda, webgpu and cpu (default: auto)",
};
const json: Flag = { name: "json", description: "print JSON instead of text" };

const runFlags: readonly Flag[] = [
  {
    name: "preset",
    placeholder: "NAME",
    description: "a choice of settings, see below; those given besides go over it",
  },
  {
    name: "hls",
    placeholder: "DIR",
    description: "also write progressive HLS there (index.m3u8), to be watched while it grows",
  },
  { name: "from", placeholder: "T", description: "where to begin in the source: seconds or h:mm:ss" },
  { name: "duration", placeholder: "T", description: "how much of the source to dream: seconds or h:mm:ss" },
  {
    name: "dump",
    placeholder: "DIR",
    description: "keep what the stages made: flow pictures, masks, blended inputs, dreams",
  },
  provider,
  { name: "json", description: "print one JSON object per line: start, frame, done, error" },
  verbose,
  help,
];

/** The settings' flags by group. */
const settingGroups: readonly FlagGroup[] = Map.groupBy(settingFlags, ({ setting }) => setting!.group)
  .entries().map(([title, flags]) => ({ title, flags })).toArray();

/** The commands that work without a server, by name. */
export const commands = {
  dream: {
    name: "dream",
    usage: "INPUT OUTPUT [--preset NAME] [flags]",
    summary: "dream a video or a picture",
    groups: [{ title: "Run", flags: runFlags }, ...settingGroups],
    notes: [
      "INPUT is a video or a picture; OUTPUT is of the same kind: .mp4, .mkv, .webm, .gif, .png or .jpg.",
      "The single-dash flags of deepdream-video-pytorch (-content_video, -num_iterations, …) are understood, too.",
    ],
  },
  models: {
    name: "models",
    usage: "list | show NAME | pull NAME | add FILE",
    summary: "networks to dream with and to find motion: what there is, what is here, fetch or add one",
    groups: [{ title: "Flags", flags: [json, verbose, help] }],
    notes: [
      "NAME is a name of the list. For `show` it may also be a file: its input and the layers one can dream with.",
      "FILE is BVLC GoogLeNet as .onnx, .pth, .safetensors or .caffemodel: kept as if it had been pulled.",
    ],
  },
  evaluate: {
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
        {
          name: "provider",
          placeholder: "LIST",
          description: "what runs the networks (default: auto)",
        },
        json,
        verbose,
        help,
      ],
    }],
  },
  doctor: {
    name: "doctor",
    usage: "",
    summary: "what this machine has, and what to do about what it lacks",
    groups: [{ title: "Flags", flags: [json, verbose, help] }],
  },
} as const satisfies Record<string, Command>;

/** All flags of a command. */
export function flagsOf(command: Command): Flag[] {
  return command.groups.flatMap(({ flags }) => flags);
}
