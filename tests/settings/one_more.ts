/** All settings and one more: `pipeline/settings/all.ts` with one paragraph added. */
import { z } from "zod";
import { settings as all } from "../../pipeline/settings/all.ts";
import { group, same, setting } from "../../pipeline/settings/setting.ts";

/** Replaces the program's own settings; see `with_one_more.ts`. */
export const settings = {
  ...all,
  ...group("Weather", {
    fogDepth: setting(z.int().min(2).max(90).default(7), {
      label: "Depth of the fog",
      unit: "metres",
      help: "how far one sees",
      slider: { low: 5, high: 60, step: 5 },
      live: true,
      aliases: { fog: same },
    }),
  }),
};
