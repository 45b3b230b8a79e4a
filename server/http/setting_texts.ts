/** What settings mean over HTTP, where it is less than on the command line: no file of the server can be named. */
import { flowNetworkNames, networkNames } from "../../pipeline/networks.ts";
import { type ParameterName, parametersSchema } from "../../pipeline/parameters.ts";

const texts = {
  model: `network to dream with: ${networkNames.join(", ")}, or auto: the best that can be had`,
  flowModel: `weights of raft: ${flowNetworkNames.join(" or ")} (default: those that the server has)`,
};

/** The help text of a setting; `help` is that of the command line. */
export function settingText(name: ParameterName, help: string): string {
  return name in texts ? texts[name as keyof typeof texts] : help;
}

/** All settings, described as they are over HTTP. */
export const httpParametersSchema = parametersSchema.extend({
  model: parametersSchema.shape.model.describe(texts.model),
  flowModel: parametersSchema.shape.flowModel.describe(texts.flowModel),
});
