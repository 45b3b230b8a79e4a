import assert from "node:assert/strict";
import { Engine } from "../../../models/engine/engine.ts";
import { inceptionV3 } from "../../../models/catalog.ts";
import { dreamSeconds } from "../../../pipeline/settings/dream_cost.ts";
import { Dreamers } from "../../../pipeline/dreamer/dreamers.ts";
import { parseParameters } from "../../../pipeline/settings/parameters.ts";
import { Rig } from "../../../pipeline/run/rig.ts";

const working = { width: 96, height: 96 };
const providers = ["cpu"];
const parameters = parseParameters({
  model: "inception-v3",
  imageSize: 96,
  octaves: 1,
  flowSize: 64,
  flow: "dis",
});
const source = { kind: "video", ...working, sampleAspect: { num: 1, den: 1 } } as const;

Deno.test("a rig that is stopped while it is built is not there", async () => {
  await inceptionV3();
  const reason = new Error("stopped");
  const controller = new AbortController();
  const made = Rig.create({ source, parameters, providers, signal: controller.signal });
  setTimeout(() => controller.abort(reason));
  await assert.rejects(made, (error) => error === reason);
});

Deno.test("what a frame costs is told, unless it is stopped", async () => {
  await using engine = await Engine.start({ providers });
  const dreamers = await Dreamers.create({ engine, network: await inceptionV3(), working, parameters });
  const trial = { engine, dreamers, working, parameters };
  assert.ok(await dreamSeconds(trial) > 0);
  const reason = new Error("stopped");
  const controller = new AbortController();
  const stopped = dreamSeconds(trial, controller.signal);
  controller.abort(reason);
  await assert.rejects(stopped, (error) => error === reason);
});
