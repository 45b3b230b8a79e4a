/**
 * Turns a user's request into the settings of a dream. A look is made for a network, and which network dreams
 * depends on what is installed and what can be downloaded. That is decided here and nowhere else.
 */
import { dreamFacts, isHere, isInCatalog, pull } from "../../models/catalog.ts";
import { readNetworkFile } from "../../models/networks/open.ts";
import { forgetOutOfReach, isOutOfReach, rememberOutOfReach } from "../../models/out_of_reach.ts";
import type { DownloadOptions } from "../../models/download_options.ts";
import { isOffline } from "../../models/web.ts";
import { relativeLayers } from "./layer_relatives.ts";
import { defaults, type Parameters, type SomeParameters } from "./parameters.ts";
import { lookFor, type Preset, presetOf } from "./presets.ts";
import { ReverieError } from "../../models/errors.ts";
import { type Line, line } from "../../models/line.ts";

/** What a user asks for: a preset and individual settings, already checked. */
export interface Wish {
  preset?: string | undefined;
  /** The preset itself if it is the user's own; `preset` is then its file. */
  ownPreset?: Preset | undefined;
  given: SomeParameters;
}

/** Settings that are ready to dream with. */
export interface Settled {
  /** Complete; `model` names the network that dreams, never `auto`. */
  parameters: Parameters;
  /** One line for the user about each thing that differs from the request. */
  notes: Line[];
}

/** Seconds that hosts may take to answer, and may then stay silent, before the next network is tried. */
const patient = { reachWithin: 5, patience: 10 } as const;

/**
 * The settings of a dream as far as they are known without downloading anything: the defaults, overridden by
 * the preset's look for the network, overridden by what the user gave. The default network is the first
 * suitable one that is installed, or else the last suitable one.
 *
 * @throws {ReverieError} if there is no such preset, or the network is not one that dreams
 */
export function settings(wish: Wish, network = expectedNetwork(wish)): Parameters {
  return complete(wish, { network });
}

/**
 * Decides which network dreams, downloads it if necessary, and completes the settings for it. If the user
 * named a network, only that one is tried; otherwise the first available one of the preset is taken. Hosts
 * that did not answer are not tried again for a day.
 *
 * @throws {ReverieError} if there is no such preset or no network is available
 * @throws the signal's reason when it is aborted
 */
export async function settle(wish: Wish, options: DownloadOptions = {}): Promise<Settled> {
  const file = fileIn(wish);
  if (file !== undefined) {
    const { known: { kind: network = "other" } = {} } = await readNetworkFile(file);
    const parameters = complete(wish, { network, model: file });
    return { parameters, notes: idleSettings(parameters) };
  }
  const names = candidates(wish);
  const { network, missing } = await firstAvailable(names, options);
  const parameters = complete(wish, { network });
  return {
    parameters,
    notes: [
      ...missing === undefined ? [] : [replacementNote(wish, network, missing, parameters)],
      ...idleSettings(parameters),
    ],
  };
}

/** Says which settings change nothing without others. */
function idleSettings(parameters: Parameters): Line[] {
  return [...idleChannelMode(parameters), ...idleOctaveSizes(parameters), ...idleZoom(parameters)];
}

function idleZoom({ zoom, iterations }: Parameters): Line[] {
  if (zoom === 0 || iterations > 1) return [];
  return [
    line`${{ field: "zoom" }} changes the passes after the first: ${{ field: "iterations" }} says how many`,
  ];
}

function idleOctaveSizes({ octaveMode, octaveSizes }: Parameters): Line[] {
  if (octaveSizes === undefined || octaveMode.startsWith("manual")) return [];
  return [
    line`${{ field: "octaveSizes" }} needs ${{ field: "octaveMode" }} manual-max, manual-min or manual`,
  ];
}

function idleChannelMode({ channels, channelMode }: Parameters): Line[] {
  if (channels !== undefined || channelMode === "all") return [];
  const what = channelMode === "ignore" ? "which to leave out" : "how many, such as 10";
  return [
    line`${{ field: "channelMode", value: channelMode }} needs ${{ field: "channels" }} to say ${what}`,
  ];
}

/**
 * The catalogue's networks that suit a wish, best first.
 *
 * @throws {ReverieError} for a network that does not dream
 */
function candidates({ preset, ownPreset, given }: Wish): string[] {
  const { model } = given;
  if (model !== undefined && !isOpen(model)) {
    // Refuses a network that does not dream before it is downloaded.
    dreamFacts(model);
    return [model];
  }
  // Naming layers of InceptionV3 implies that network.
  if (given.layers?.some((layer) => /^mixed\d+$/i.test(layer))) return ["inception-v3"];
  const names = (ownPreset ?? presetOf(preset)).looks.map(({ network }) => network);
  const known = names.filter(isInCatalog);
  if (known.length > 0) return known;
  throw new ReverieError(
    "invalid_parameter",
    line`${{ path: preset! }} is made for a network that is a file`,
    {
      field: "model",
      advice: [[{ remedy: "nameFile", field: "model" }]],
    },
  );
}

function fileIn({ given: { model } }: Wish): string | undefined {
  return model === undefined || isOpen(model) || isInCatalog(model) ? undefined : model;
}

function expectedNetwork(wish: Wish): string {
  if (fileIn(wish) !== undefined) return "other";
  const names = candidates(wish);
  return names.find(isHere) ?? names.at(-1)!;
}

/** A network that was preferred but is not available. */
interface Missing {
  network: string;
  /** Why, in a few words; absent if an earlier attempt failed. */
  reason?: Line;
}

async function firstAvailable(
  names: readonly string[],
  options: DownloadOptions,
): Promise<{ network: string; missing?: Missing }> {
  let missing: Missing | undefined;
  for (const [index, network] of names.entries()) {
    const found = { network, ...(missing && { missing }) };
    if (isHere(network)) return found;
    if (index === names.length - 1) {
      await pull(network, options);
      return found;
    }
    const reason = isOutOfReach(network) ? undefined : await tryToPull(network, options);
    if (isHere(network)) return found;
    missing ??= { network, ...(reason && { reason }) };
  }
  throw new Error("a preset has at least one look");
}

/** Tries to download a network. Returns why it failed, or undefined on success. */
async function tryToPull(network: string, options: DownloadOptions): Promise<Line | undefined> {
  try {
    await pull(network, { ...options, ...patient });
    await forgetOutOfReach(network);
    return undefined;
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!(error instanceof ReverieError)) throw error;
    if (!isOffline()) await rememberOutOfReach(network);
    return error.reason;
  }
}

/**
 * The settings for a network; `model` is the value of the setting, which differs from `network` for a file.
 */
function complete(
  { preset, ownPreset, given }: Wish,
  { network, model = network }: { network: string; model?: string },
): Parameters {
  const { channels, ...look } = lookFor(ownPreset ?? presetOf(preset), network);
  return {
    ...defaults,
    ...look,
    // The look's channels belong to its own layers.
    ...(channels && given.layers === undefined && { channels }),
    ...given,
    ...(isRelative(given, network) && { layers: relativeLayers(given.layers ?? []) }),
    model,
  };
}

/** Whether InceptionV3 may stand in for GoogLeNet, whose layers the user may have named. */
function isRelative({ model, layers }: Wish["given"], network: string): boolean {
  return network === "inception-v3" && isOpen(model) && layers !== undefined;
}

/** Whether the user leaves the choice of network to Reverie. */
function isOpen(model: string | undefined): boolean {
  return model === undefined || model === "auto";
}

/** Says which network dreams in place of which, and what to do about it. */
function replacementNote(
  { preset, given }: Wish,
  network: string,
  { network: wanted, reason }: Missing,
  { layers }: Parameters,
): Line {
  const why = reason ? line`cannot be fetched (${reason})` : "could not be fetched within the last day";
  const what = preset === undefined || wanted === "googlenet"
    ? ""
    : `preset ${preset} is made for ${wanted}: `;
  const named = given.layers !== undefined && layers ? `, its layers ${layers.join(", ")}` : "";
  const retry = { remedy: "retry", network: wanted } as const;
  return line`${what}${wanted} is not here and ${why}, so ${network} dreams in its place${named}; ${retry}`;
}
