import type { Parameters, SomeParameters } from "../../pipeline/settings/parameters.ts";
import { settings } from "../../pipeline/settings/settle.ts";
import type { Dream } from "./dream.ts";

/** Returns the settings of a queued dream after a change. */
export function waitingChange(
  { preset, given }: Pick<Dream, "preset" | "given">,
  change: SomeParameters,
): { given: SomeParameters; initial: Parameters } {
  const all = { ...given, ...change };
  return { given: all, initial: settings({ preset, given: all }) };
}

/**
 * Returns the settings of a new dream of the same source: the last settings of the old dream, overridden by
 * those in `wish.given`. A new preset replaces all the old settings.
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
