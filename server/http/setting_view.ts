import type { Setting } from "../../pipeline/settings/setting.ts";

/** A setting as the API shows it: everything a form needs to show it and to state its limits. */
export interface SettingView
  extends
    Pick<Setting, "name" | "label" | "group" | "kind" | "allowed" | "unit" | "default" | "slider">,
    Pick<Setting, "choices" | "minimum" | "above" | "maximum" | "common" | "drawn" | "suggested"> {
  /** One line of help. */
  description: string;
  /** Whether it can be changed while a dream runs. */
  live: boolean;
}

/** Returns a setting as clients see it; JSON omits undefined fields. */
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
