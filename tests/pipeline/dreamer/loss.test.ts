import assert from "node:assert/strict";
import { Engine } from "../../../models/engine/engine.ts";
import { gradientForms } from "../../../pipeline/dreamer/dreamer.ts";
import type { Loss, LossOptions, Weighting } from "../../../pipeline/dreamer/loss.ts";
import { dreamGradientGraph, rankGraph } from "../../../pipeline/dreamer/step_graph.ts";
import { settings } from "../../../pipeline/settings/all.ts";
import { largestError, picture, reference, referenceNetwork, size } from "./reference_network.ts";

const modes = settings.loss.aliases!.loss_mode!;

/** The gradient per grey level, as PyTorch's, and the loss. */
async function gradientOf(engine: Engine, options: LossOptions & { layers: string[] }) {
  const forms = gradientForms("cpu");
  const session = await engine.load(dreamGradientGraph(referenceNetwork(), size, { ...options, forms }));
  const { gradient, loss } = await session.run<"gradient" | "loss">({ picture });
  return {
    gradient: (await gradient.take()).data as Float32Array,
    loss: Number((await loss.take()).data[0]),
  };
}

Deno.test("every loss of neural-dream has PyTorch's value and gradient, of all channels and of some", async () => {
  await using engine = await Engine.start({ providers: ["cpu"] });
  for (const { mode, channels, loss, gradient } of reference.losses) {
    const name = modes(mode, () => {}) as Loss;
    const options = {
      layers: ["second"],
      loss: name,
      weighting: "plain" as const,
      channels: channels ?? undefined,
    };
    const ours = await gradientOf(engine, options);
    assert.ok(largestError(ours.gradient, gradient, 1 / 255) < 1e-4, `${mode} ${channels}`);
    // Ours is the mean over the channels, theirs the sum.
    assert.ok(
      Math.abs(ours.loss * (channels?.length ?? 1) - loss) < 1e-4 * Math.abs(loss),
      `${mode} ${channels}`,
    );
  }
});

Deno.test("layers add up plainly, or by their size, as in PyTorch", async () => {
  await using engine = await Engine.start({ providers: ["cpu"] });
  for (const { weighting, gradient } of reference.weightings) {
    const options = { layers: ["first", "second"], loss: "norm" as const, weighting: weighting as Weighting };
    const ours = await gradientOf(engine, options);
    assert.ok(largestError(ours.gradient, gradient, 1 / 255) < 1e-4, weighting);
  }
});

Deno.test("a silent layer has a gradient of 0, not one that is not a number", async () => {
  await using engine = await Engine.start({ providers: ["cpu"] });
  const session = await engine.load(dreamGradientGraph(referenceNetwork(), size, {
    layers: ["first"],
    loss: "norm",
    weighting: "plain",
    forms: gradientForms("cpu"),
  }));
  // The mean colour, of which the network sees nothing.
  const data = picture.data.map((_, i) => [0.4, 0.45, 0.5][Math.floor(i / (size.height * size.width))]!);
  const { gradient } = await session.run<"gradient">({ picture: { ...picture, data } });
  assert.ok((await gradient.take()).data.every((value) => value === 0));
});

Deno.test("channels ranked strong, avg and weak are PyTorch's, chosen once or before every step", async () => {
  await using engine = await Engine.start({ providers: ["cpu"] });
  const options = { layers: ["second"], loss: "norm" as const, weighting: "plain" as const };
  for (const { mode, count, channels, gradient } of reference.choices) {
    const channelMode = mode as "strong";
    const ranking = { ...options, channels: [count], channelMode };
    const rank = await engine.load(rankGraph(referenceNetwork(), size, ranking));
    const { chosen0 } = await rank.run<"chosen0">({ picture });
    const mask = [...(await chosen0.take()).data].map(Number);
    assert.deepEqual(mask.flatMap((on, channel) => on === 1 ? [channel] : []), channels, `${mode} ${count}`);
    const ours = await gradientOf(engine, { ...ranking, channelCapture: "iter" });
    assert.ok(largestError(ours.gradient, gradient, 1 / 255) < 1e-4, `${mode} ${count}`);
  }
  const kept = await gradientOf(engine, { ...options, channels: [0, 3], channelMode: "ignore" });
  const named = await gradientOf(engine, { ...options, channels: [1, 2, 4] });
  assert.deepEqual(kept, named);
});

Deno.test("weak activations are left out as in PyTorch", async () => {
  await using engine = await Engine.start({ providers: ["cpu"] });
  for (const { mode, measure, percent, loss, gradient } of reference.percents) {
    const ours = await gradientOf(engine, {
      ...{ layers: ["second"], loss: "abs-mean", weighting: "plain" },
      percentMode: mode as "fast",
      [`${measure}Percent`]: percent,
    });
    assert.ok(Math.abs(ours.loss - loss) < 1e-5 * loss, `${mode} ${measure}`);
    assert.ok(largestError(ours.gradient, gradient, 1 / 255) < 1e-4, `${mode} ${measure}`);
  }
});

Deno.test("a blurred view, a pyramid of any depth and a high pass of activations have PyTorch's gradients", async () => {
  await using engine = await Engine.start({ providers: ["cpu"] });
  for (const { levels, sigmas, block, blur, loss, gradient } of reference.filters) {
    const ours = await gradientOf(engine, {
      ...{ layers: [blur === undefined ? "first" : "second"], loss: "norm", weighting: "plain" },
      ...{ pyramidLevels: levels, pyramidSigma: sigmas, networkBlur: blur },
      ...(block !== undefined && { highPass: true, highPassBlock: block }),
    });
    const what = JSON.stringify({ levels, block, blur });
    assert.ok(largestError(ours.gradient, gradient, 1 / 255) < 1e-4, what);
    assert.ok(Math.abs(ours.loss - loss) < 1e-4 * loss, what);
  }
});

Deno.test("a high pass leaves something of layers whose sides are shorter than its block", async () => {
  await using engine = await Engine.start({ providers: ["cpu"] });
  const options = { layers: ["first"], loss: "norm", weighting: "plain", highPass: true } as const;
  const { gradient } = await gradientOf(engine, { ...options, layers: ["first"], highPassBlock: 25 });
  assert.ok(gradient.some((value) => value !== 0));
});
