import { z } from "zod";
import { exceptFor, group, same, setting } from "./setting.ts";

/** The output picture. */
export const picture = group("Picture", {
  imageSize: setting(z.int().min(64).max(4096).default(512), {
    label: "Dreaming size",
    unit: "pixels",
    help: "longest side at which frames are dreamed; the output keeps the source's size",
    common: 7,
    slider: { low: 128, high: 1024, step: 32 },
    lookup: "flow",
    aliases: { image_size: same },
  }),

  quality: setting(z.int().min(0).max(51).default(18), {
    help: "quality of the output on x264's scale (constant rate factor): lower is better and larger",
    slider: { low: 10, high: 35, step: 1 },
  }),

  frameDuration: setting(z.int().min(1).max(60_000).default(100), {
    unit: "milliseconds",
    help: "how long each pass is shown if a still picture becomes a GIF or a video of its passes",
    slider: { low: 20, high: 1000, step: 10 },
    aliases: { frame_duration: same },
  }),

  seed: setting(z.int().min(0).max(4294967295).default(0), {
    help: "seed of the random shifts: same seed, same frames",
    slider: false,
    drawn: true,
    aliases: { seed: exceptFor("-1") },
  }),
});
