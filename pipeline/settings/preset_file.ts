/** Presets of the user's own, in JSON files: `dream --preset mine.json`, `dream --save-preset mine.json`. */
import { z } from "zod";
import { isInCatalog } from "../../models/catalog.ts";
import { ReverieError } from "../../models/errors.ts";
import { line } from "../../models/line.ts";
import { isDiskFull, reasonOf } from "../../models/system_error.ts";
import {
  checkedSettings,
  defaults,
  type Parameters,
  settingList,
  type SomeParameters,
} from "./parameters.ts";
import type { Look, Preset } from "./presets.ts";

const fileSchema = z.strictObject({
  description: z.string().default("a preset of your own"),
  looks: z.array(z.strictObject({ network: z.string().min(1), settings: z.record(z.string(), z.unknown()) }))
    .min(1),
});

/**
 * Reads a preset from a file, which looks like `{ "description": "…", "looks": [{ "network": "googlenet",
 * "settings": { "layers": ["inception_4c/output"] } }] }`, with the best look first.
 *
 * @throws {ReverieError} if the file cannot be read, is not such a preset, or a setting in it is wrong
 */
export async function readPreset(path: string): Promise<Preset> {
  const text = await Deno.readTextFile(path).catch((error) => {
    throw unusable(path, line`cannot be read: ${reasonOf(error)}`);
  });
  const { success, data, error } = fileSchema.safeParse(parsed(path, text));
  if (!success) {
    const { path: place, message } = error.issues[0]!;
    throw unusable(path, line`is not a preset: ${[...place, message].join(": ")}`);
  }
  const looks = data.looks.map(({ network, settings }): Look => ({
    network,
    settings: checkedSettings(settings),
  }));
  return { description: data.description, looks: looks as [Look, ...Look[]] };
}

function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unusable(path, line`is not JSON: ${(error as Error).message}`);
  }
}

function unusable(path: string, why: ReturnType<typeof line>): ReverieError {
  return new ReverieError("invalid_parameter", line`${{ path }} ${why}`, { field: "preset" });
}

/**
 * Writes the settings of a dream to a new file, as a preset for the network that dreams them. Settings at
 * their defaults are left out, as is the network, which the look names.
 *
 * @throws {ReverieError} if the file exists, which is never overwritten, or cannot be written
 */
export async function writePreset(
  path: string,
  { network, parameters }: { network: string; parameters: Parameters },
): Promise<void> {
  const preset = {
    description: "a preset of your own",
    looks: [{ network: isInCatalog(network) ? network : "other", settings: differing(parameters) }],
  };
  try {
    await Deno.writeTextFile(path, JSON.stringify(preset, null, 2) + "\n", { createNew: true });
  } catch (error) {
    if (isDiskFull(error)) await Deno.remove(path).catch(() => {});
    const why = error instanceof Deno.errors.AlreadyExists
      ? line`exists: give the preset another name`
      : line`cannot be written: ${reasonOf(error)}`;
    throw new ReverieError("output_unusable", line`${{ path }} ${why}`);
  }
}

function differing(parameters: Parameters): SomeParameters {
  const names = settingList.map(({ name }) => name as keyof Parameters)
    .filter((name) => name !== "model" && parameters[name] !== undefined)
    .filter((name) => JSON.stringify(parameters[name]) !== JSON.stringify(defaults[name]));
  return Object.fromEntries(names.map((name) => [name, parameters[name]]));
}
