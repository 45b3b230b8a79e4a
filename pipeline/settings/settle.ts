/**
 * From what a user asks for to the settings of a dream. A look is made for a network, and which network there will be
 * depends on what is here and what can be fetched: that is decided here and nowhere else.
 */
import { catalog, dreamFacts, isHere, pull } from "../../models/catalog.ts";
import { readNetworkFile } from "../../models/networks/open.ts";
import { forgetOutOfReach, isOutOfReach, rememberOutOfReach } from "../../models/out_of_reach.ts";
import type { DownloadOptions } from "../../models/download_options.ts";
import { isOffline } from "../../models/web.ts";
import { relativeLayers } from "./layer_relatives.ts";
import { defaults, type Parameters, type SomeParameters } from "./parameters.ts";
import { lookFor, presetOf } from "./presets.ts";
import { ReverieError } from "../../models/errors.ts";
import { type Line, line } from "../../models/line.ts";

/** What a user asks for: a preset and the settings named besides, checked. */
export interface Wish {
  preset?: string | undefined;
  given: SomeParameters;
}

/** Settings that can be dreamed with. */
export interface Settled {
  /** Complete; `model` names the network that dreams, never `auto`. */
  parameters: Parameters;
  /** One line for the user on each thing that is other than asked for. */
  notes: Line[];
}

/** Seconds that the hosts of a network may take to answer, and then be silent, before the next network is taken. */
const patient = { reachWithin: 5, patience: 10 } as const;

/**
 * The settings of a dream as far as can be told without fetching anything: defaults, under the look that the preset has
 * for the network, under what the user gave. The network is the first of those that suit which is here.
 *
 * @throws {ReverieError} where there is no such preset, or the network is not one that dreams
 */
export function settings(wish: Wish, network = expectedNetwork(wish)): Parameters {
  return complete(wish, { network });
}

/**
 * Decides which network dreams, fetching it where it has to be fetched, and completes the settings for it. A network
 * that the user named is the only one tried; of a preset's own the first that can be had is taken. Hosts that did not
 * answer are not asked again for a day.
 *
 * @throws {ReverieError} where there is no such preset or no network can be had; the signal's reason when it was aborted
 */
export async function settle(wish: Wish, options: DownloadOptions = {}): Promise<Settled> {
  const file = fileIn(wish);
  if (file !== undefined) {
    const { known: { kind: network = "other" } = {} } = await readNetworkFile(file);
    return { parameters: complete(wish, { network, model: file }), notes: [] };
  }
  const names = candidates(wish);
  const { network, missing } = await firstAvailable(names, options);
  const parameters = complete(wish, { network });
  return {
    parameters,
    notes: missing === undefined ? [] : [replacementNote(wish, network, missing, parameters)],
  };
}

/** The catalogue's networks that suit a wish, best first. Throws a ReverieError for one that does not dream. */
function candidates({ preset, given }: Wish): string[] {
  const { model } = given;
  if (model !== undefined && !isOpen(model)) {
    // Refused before it is fetched.
    dreamFacts(model);
    return [model];
  }
  // Whoever names layers of one network means that network.
  if (given.layers?.some((layer) => /^mixed\d+$/i.test(layer))) return ["inception-v3"];
  return presetOf(preset).looks.map(({ network }) => network);
}

function fileIn({ given: { model } }: Wish): string | undefined {
  return isOpen(model) || catalog.some(({ name }) => name === model) ? undefined : model;
}

function expectedNetwork(wish: Wish): string {
  if (fileIn(wish) !== undefined) return "other";
  const names = candidates(wish);
  return names.find(isHere) ?? names.at(-1)!;
}

/** A network that was wanted and cannot be had. */
interface Missing {
  network: string;
  /** Why, in a few words; absent where that was found out before. */
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

/** Why the network cannot be fetched; undefined where it is here now. */
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

/** Settings for a network; `model` is what they name it by where that is a file. */
function complete(
  { preset, given }: Wish,
  { network, model = network }: { network: string; model?: string },
): Parameters {
  const { channels, ...look } = lookFor(presetOf(preset), network);
  return {
    ...defaults,
    ...look,
    // Channels are those of the look's own layers.
    ...(channels && given.layers === undefined && { channels }),
    ...given,
    ...(isRelative(given, network) && { layers: relativeLayers(given.layers ?? []) }),
    model,
  };
}

/** Whether InceptionV3 stands in for GoogLeNet, whose layers the user may have named. */
function isRelative({ model, layers }: Wish["given"], network: string): boolean {
  return network === "inception-v3" && isOpen(model) && layers !== undefined;
}

/** Whether the user leaves the network to Reverie. */
function isOpen(model: string | undefined): boolean {
  return model === undefined || model === "auto";
}

/** What dreams in place of what, and what to do about it. */
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
