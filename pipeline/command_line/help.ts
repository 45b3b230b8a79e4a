import { type Flag, flagName } from "./flags.ts";
import { program } from "./program.ts";
import { plain, type Preset, presets } from "../settings/presets.ts";
import type { Setting } from "../settings/setting.ts";
import type { Command } from "./command.ts";

/** The help of the whole program. */
export function overview(commands: readonly Command[]): string {
  const rows = commands.map(({ name, usage, summary }) =>
    [`${program} ${name} ${usage.replace(/ \[.*/, "")}`.trimEnd(), summary] as const
  );
  return [
    "Reverie dreams videos: DeepDream, carried from frame to frame by optical flow.",
    "",
    ...columns(rows, 100),
    "",
    `${program} COMMAND --help says more.`,
  ].join("\n");
}

/** The help of one command, in lines of at most `width` characters wherever words allow it. */
export function commandHelp(command: Command, width = 100): string {
  const lines = [
    `${capital(command.summary)}.`,
    "",
    `  ${program} ${command.name} ${command.usage}`.trimEnd(),
  ];
  for (const { title, flags } of command.groups) {
    lines.push("", `${title}:`, ...columns(flags.map((flag) => [flagLabel(flag), flagHelp(flag)]), width));
  }
  if (command.name === "dream") {
    lines.push("", "Presets:", ...columns(presetRows(), width), "", ...wrap(defaultsNote(), width));
  }
  if (command.notes) lines.push("", ...command.notes.flatMap((note) => wrap(note, width)));
  return lines.join("\n");
}

function presetRows(): [string, string][] {
  const [{ network: usual }] = plain.looks;
  return Object.entries(presets).map(([name, { description, looks: [{ network }] }]: [string, Preset]) => [
    name,
    network === usual ? description : `${description} (with the network ${network})`,
  ]);
}

/** The defaults listed above belong to one network; this says where the others differ. */
function defaultsNote(): string {
  const [usual, ...others] = plain.looks;
  const differing = others.map(({ network, settings }) =>
    `${network} has ${
      Object.entries(settings).map(([name, value]) => `${flagName(name)} ${value}`).join(", ")
    }`
  );
  return `The defaults above are those for ${usual.network}; ${differing.join("; ")}.`;
}

function flagLabel({ name, placeholder, negatable }: Flag): string {
  if (placeholder !== undefined) return `--${name} ${placeholder}`;
  return negatable ? `--[no-]${name}` : `--${name}`;
}

/** The description, and for a setting its range, unit and default. */
function flagHelp({ description, setting }: Flag): string {
  const facts = setting ? [limits(setting), standard(setting)].filter((fact) => fact !== "") : [];
  return facts.length === 0 ? description : `${description} [${facts.join("; ")}]`;
}

function limits({ minimum, above, maximum, unit }: Setting): string {
  const range = maximum === undefined
    ? minimum === undefined ? "" : `from ${minimum}`
    : above === undefined
    ? `${minimum} to ${maximum}`
    : `above ${above}, up to ${maximum}`;
  return unit ? `${range} ${unit}`.trim() : range;
}

function standard({ default: value, kind }: Setting): string {
  return value === undefined || kind === "boolean" ? "" : `default ${value}`;
}

/** Two columns. The right one starts at the same position on every line and is wrapped. */
function columns(rows: readonly (readonly [string, string])[], width: number): string[] {
  const widest = 30;
  const left = Math.min(widest, Math.max(...rows.map(([label]) => label.length)));
  const indent = " ".repeat(left + 4);
  return rows.flatMap(([label, text]) => {
    const [first = "", ...rest] = wrap(text, width - indent.length);
    const start = label.length > left
      ? [`  ${label}`, indent + first]
      : [`  ${label.padEnd(left)}  ${first}`];
    return [...start, ...rest.map((line) => indent + line)];
  });
}

/** Breaks text between words. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
