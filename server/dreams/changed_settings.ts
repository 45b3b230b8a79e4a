import type { ParameterInput, Parameters } from "../../pipeline/parameters.ts";
import { parametersSchema } from "../../pipeline/parameters.ts";
import { invalidParameter } from "../../pipeline/errors.ts";
import { settings } from "../../pipeline/settle.ts";
import { changedSettings } from "../rendering/live_settings.ts";
import { readSettings } from "../uploads/settings.ts";
import type { Dream } from "./dream.ts";

/** Settings as a client sends them: any part of them, not yet checked. */
export type SettingsChange = Partial<ParameterInput>;

/**
 * The new values of a dream that runs, each as its setting's type. Throws a ReverieError that names the setting that is
 * wrong, not known, or holds for the whole of a dream.
 */
export function liveChange(
  { parameters }: Pick<Dream, "parameters">,
  change: SettingsChange,
): SettingsChange {
  const typed = newValues(change);
  changedSettings(parameters, typed);
  return typed;
}

/** What a dream that waits is to be made with after a change. Throws a ReverieError that names the setting that is wrong. */
export function waitingChange(
  { preset, given }: Pick<Dream, "preset" | "given">,
  change: SettingsChange,
): { change: SettingsChange; given: SettingsChange; initial: Parameters } {
  const typed = newValues(change);
  const all = { ...given, ...typed };
  return { change: typed, given: all, initial: settings({ preset, given: all }) };
}

/**
 * The settings of a new dream of the same source: those of the old one as they were last, under what is given. Another
 * preset takes the place of them all. Throws a ReverieError that names what is wrong.
 */
export function repeatedSettings(
  old: Pick<Dream, "preset" | "given" | "changes">,
  wish: { preset?: string | undefined; given?: SettingsChange | undefined },
): { preset: string | undefined; given: SettingsChange; initial: Parameters } {
  const preset = wish.preset ?? old.preset;
  const kept = wish.preset === undefined
    ? Object.assign({ ...old.given }, ...old.changes.map(({ parameters }) => parameters))
    : {};
  if (wish.preset !== undefined) readSettings({ preset: wish.preset });
  const given = { ...kept, ...newValues(wish.given ?? {}) };
  return { preset, given, initial: settings({ preset, given }) };
}

/** Settings alone; a preset, name or part of the source is settled when a dream is made. */
function newValues(change: SettingsChange): SettingsChange {
  for (const field of ["name", "preset", "from", "duration"]) {
    if (!Object.hasOwn(change, field) || field in parametersSchema.shape) continue;
    throw invalidParameter(field, `${field} cannot be changed: make a new dream`);
  }
  return readSettings(change).given;
}
