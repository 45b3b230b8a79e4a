import type { Parameters, SomeParameters } from "../../pipeline/settings/parameters.ts";
import { settings } from "../../pipeline/settings/settle.ts";
import type { Dream } from "./dream.ts";

/** What a dream that waits is to be made with after a change. */
export function waitingChange(
  { preset, given }: Pick<Dream, "preset" | "given">,
  change: SomeParameters,
): { given: SomeParameters; initial: Parameters } {
  const all = { ...given, ...change };
  return { given: all, initial: settings({ preset, given: all }) };
}

/**
 * The settings of a new dream of the same source: those of the old one as they were last, under what is given. Another
 * preset takes the place of them all.
 */
export function repeatedSettings(
  old: Pick<Dream, "preset" | "given" | "changes">,
  wish: { preset?: string; given: SomeParameters },
): { preset: string | undefined; given: SomeParameters; initial: Parameters } {
  const preset = wish.preset ?? old.preset;
  const kept = wish.preset === undefined
    ? Object.assign({ ...old.given }, ...old.changes.map(({ parameters }) => parameters))
    : {};
  const given = { ...kept, ...wish.given };
  return { preset, given, initial: settings({ preset, given }) };
}
