/** What can be set. */
import { Hono } from "hono";
import { commonParameters, liveParameters, parameterGroups } from "../../../pipeline/parameter_groups.ts";
import { parameterDescriptions, type ParameterName, parseParameters } from "../../../pipeline/parameters.ts";
import { presets } from "../../../pipeline/presets.ts";
import type { Env } from "../env.ts";
import { describe, json } from "../openapi/describe.ts";
import type { Services } from "../services.ts";
import { settingText } from "../setting_texts.ts";

/** `GET /api/settings`: every parameter with its help, the presets, defaults and limits. */
export function settingsRoute({ options }: Pick<Services, "options">): Hono<Env> {
  const settings = {
    parameters: parameterDescriptions.map((parameter) => ({
      ...parameter,
      description: settingText(parameter.name, parameter.description),
      group: groupOf(parameter.name),
      common: commonParameters.includes(parameter.name),
      live: liveParameters.includes(parameter.name),
    })),
    presets: Object.entries(presets).map(([name, preset]) => ({ name, ...preset })),
    defaults: parseParameters({}),
    limits: options.limits,
    sample: true,
    token: options.token !== undefined,
  };
  return new Hono<Env>().get("/", describe(route), (c) => c.json(settings));
}

function groupOf(parameter: ParameterName): string {
  return parameterGroups.find(({ names }) => names.includes(parameter))!.title;
}

const route = {
  id: "getSettings",
  tag: "trying" as const,
  summary: "Every setting with its range, default and help; presets; limits",
  replies: { 200: { description: "what can be set", content: json("Settings") } },
};
