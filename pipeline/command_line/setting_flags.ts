/** The flags of a dream's settings, generated from the settings themselves. */
import { invalidParameter } from "../../models/errors.ts";
import { line } from "../../models/line.ts";
import { kinds } from "../settings/kinds.ts";
import { checkValue, settingList, type SomeParameters } from "../settings/parameters.ts";
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
    const checked = checkValue(setting, value);
    if (checked.problem !== undefined) {
      throw invalidParameter(setting.name, line`${{ field: setting.name }} ${checked.problem}`);
    }
    given[setting.name] = checked.value;
  }
  return given;
}
