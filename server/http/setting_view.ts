import type { Setting } from "../../pipeline/settings/setting.ts";

/** A setting as the API tells it: all that a form needs to show it and to say what it may be. */
export interface SettingView
  extends
    Pick<Setting, "name" | "label" | "group" | "kind" | "allowed" | "unit" | "default" | "slider">,
    Pick<Setting, "choices" | "minimum" | "above" | "maximum" | "common" | "drawn" | "suggested"> {
  /** One line of help. */
  description: string;
  /** Whether it may be changed while a dream runs. */
  live: boolean;
}

/** What clients see of a setting; what is undefined is left out of JSON. */
export function settingView({ help, remote, live = false, ...setting }: Setting): SettingView {
  const {
    schema: _schema,
    remoteSchema: _remote,
    aliases: _aliases,
    costs: _costs,
    lookup: _lookup,
    ...shown
  } = setting;
  return { ...shown, description: remote?.help ?? help, live };
}
