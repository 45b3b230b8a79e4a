/** The settings of dreams. */
import { Hono } from "hono";
import { dreamNetworks } from "../../../pipeline/settings/networks.ts";
import { settingList } from "../../../pipeline/settings/parameters.ts";
import { plain, type Preset, presets } from "../../../pipeline/settings/presets.ts";
import { settings as settingsOf } from "../../../pipeline/settings/settle.ts";
import type { Env } from "../env.ts";
import { describe, json } from "../openapi/describe.ts";
import type { Services } from "../services.ts";
import { settingView } from "../setting_view.ts";

/**
 * `GET /api/settings`: every parameter with its help, the presets, defaults and limits. Presets and defaults
 * take the networks into account that are available now.
 */
export function settingsRoute({ options }: Pick<Services, "options">): Hono<Env> {
  const settings = () => ({
    parameters: settingList.map(settingView),
    plain: presetNow("", plain),
    presets: Object.entries(presets).map(([name, preset]) => presetNow(name, preset)),
    networks: dreamNetworks(),
    defaults: settingsOf({ given: {} }),
    limits: options.limits,
    sample: true,
    token: options.token !== undefined,
  });
  return new Hono<Env>().get("/", describe(route), (c) => c.json(settings()));
}

function presetNow(name: string, preset: Preset) {
  const settings = settingsOf({ ...(name !== "" && { preset: name }), given: {} });
  const { description, looks } = preset;
  return { name, description, network: settings.model, madeFor: looks[0].network, settings };
}

const route = {
  id: "getSettings",
  tag: "trying" as const,
  summary: "Every setting with its range, default and help; presets; limits",
  replies: { 200: { description: "what can be set", content: json("Settings") } },
};
