/** The flags of a dream's settings, generated from the settings themselves. */
import { kinds } from "../settings/kinds.ts";
import { checkedValue, settingList, type SomeParameters } from "../settings/parameters.ts";
import type { Setting } from "../settings/setting.ts";
import { type Flag, kebabCase, type ParsedFlags } from "./flags.ts";

/** The flag of each setting, in the order of the help. */
export const settingFlags: readonly Flag[] = settingList.map(settingFlag);

function settingFlag(setting: Setting): Flag {
  const flag = { name: kebabCase(setting.name), description: setting.help, setting };
  if (setting.kind === "boolean") return { ...flag, negatable: true };
  return { ...flag, placeholder: kinds[setting.kind].placeholder(setting) };
}

/**
 * The settings among the flags, checked.
 *
 * @throws {ReverieError} naming the first flag whose value cannot be used
 */
export function settingsOf(values: ParsedFlags["values"]): SomeParameters {
  const given: Record<string, unknown> = {};
  for (const setting of settingList) {
    const value = values.get(kebabCase(setting.name));
    if (value === undefined) continue;
    given[setting.name] = checkedValue(setting, value);
  }
  return given;
}
