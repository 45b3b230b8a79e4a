/**
 * Every preset on three clips, as pictures: `deno task looks [--network NAME] [PRESET …]` writes
 * docs/looks.md and, beside it, a sheet for each preset. Two clips come from ../shared/data; without them,
 * the sheets show the sample clip alone. Takes about an hour.
 */
import { join } from "node:path";
import { dreamVideo } from "../../pipeline/run/dream_video.ts";
import { parseFlags } from "../../pipeline/command_line/flags.ts";
import { lookFor, plain, type Preset, presetOf, presets } from "../../pipeline/settings/presets.ts";
import { settle } from "../../pipeline/settings/settle.ts";
import { sharedDataPath } from "../shared_data.ts";
import { jpeg, smallFrames } from "./pictures.ts";
import { looped } from "./sample.ts";
import { terminalLine } from "../../pipeline/command_line/spelling.ts";

const project = join(import.meta.dirname!, "..", "..");
const folder = join(project, "docs", "looks");

/** The frames shown, counted from 1. */
const shown = [1, 30, 60, 300];

/** Width of a picture on the sheet, and the longest side at which it is dreamed, in pixels. */
const columns = 240, imageSize = 160;

/** A clip, under its name on the page. */
interface Clip {
  name: string;
  path: string;
}

async function clips(temporary: string): Promise<Clip[]> {
  const shared = ["highway", "mallard"].map(async (name) => ({
    name,
    path: await sharedDataPath(`clips/${name}.mp4`),
  }));
  const there = (await Promise.all(shared)).filter((clip): clip is Clip => clip.path !== undefined);
  return [...there, { name: "sample", path: await looped(temporary, Math.max(...shown)) }];
}

/** A row for each clip, a column for each frame. Returns the sheet's path. */
async function sheet(name: string, of: Clip[], temporary: string, network?: string): Promise<string> {
  const rows = [];
  for (const clip of of) {
    const dreamed = join(temporary, `${name}-${clip.name}.mp4`);
    await dream(name, clip.path, dreamed, network);
    rows.push(await smallFrames(dreamed, shown.map((frame) => frame - 1), columns));
    await Deno.remove(dreamed);
  }
  const path = join(folder, `${name}.jpg`);
  await Deno.writeFile(path, await jpeg(rows));
  return path;
}

async function dream(name: string, input: string, output: string, network?: string): Promise<void> {
  const preset = name.split("-")[0]!;
  const wish = {
    ...(preset !== "default" && { preset }),
    given: {
      imageSize: Math.min(imageSize, sizeOf(preset)),
      ...(network !== undefined && { model: network }),
    },
  };
  const { parameters, notes } = await settle(wish);
  for (const note of notes) console.error(terminalLine(note));
  for await (const event of dreamVideo({ input, output, parameters })) {
    if (event.event === "done") console.log(`${name}, ${input}: ${event.frames} frames, ${event.seconds} s`);
  }
}

/** A preset may be limited to smaller pictures. */
function sizeOf(preset: string): number {
  return lookFor(presetOf(preset === "default" ? undefined : preset), "googlenet").imageSize ?? imageSize;
}

/** The page: each preset with its description, its settings, and its sheet. */
function page(of: Clip[]): string {
  const rows = of.map(({ name }) => name).join(", ");
  return `# Looks

Every preset on the clips ${rows} (from above), frames ${
    shown.join(", ")
  } (from left), dreamed at ${imageSize} pixels.
\`deno task looks\` makes this page; the clips highway and mallard are those of deepdream-video-pytorch, the sample is
[ours](../static/sample.mp4), in a loop.

${section("default", plain)}
${Object.entries(presets).map(([name, preset]) => section(name, preset)).join("\n")}`;
}

function section(name: string, { description, looks }: Preset): string {
  const [best, ...others] = looks;
  const settings = (of: Preset["looks"][number]) =>
    Object.entries(of.settings).map(([key, value]) => `${key} ${value}`).join(", ") || "the defaults";
  return `## ${name}

${description.charAt(0).toUpperCase() + description.slice(1)}. With ${best.network}: ${settings(best)}.

![${name}](looks/${name}.jpg)

${others.map((look) => `In its place, with ${look.network}: ${settings(look)}.\n`).join("")}`;
}

if (import.meta.main) {
  const { values, positionals } = parseFlags(Deno.args, [
    { name: "network", placeholder: "NAME", description: "dream with this one, into NAME-NETWORK.jpg" },
  ]);
  const network = values.get("network") as string | undefined;
  const names = positionals.length > 0 ? positionals : ["default", ...Object.keys(presets)];
  const temporary = await Deno.makeTempDir({ prefix: "reverie-looks-" });
  await Deno.mkdir(folder, { recursive: true });
  try {
    const of = await clips(temporary);
    for (const name of names) {
      console.log(await sheet(network === undefined ? name : `${name}-${network}`, of, temporary, network));
    }
    await Deno.writeTextFile(join(folder, "..", "looks.md"), page(of));
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
}
