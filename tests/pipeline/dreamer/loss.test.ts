import assert from "node:assert/strict";
import { Engine } from "../../../models/engine/engine.ts";
import { gradientForms } from "../../../pipeline/dreamer/dreamer.ts";
import type { Loss, LossOptions, Weighting } from "../../../pipeline/dreamer/loss.ts";
import { dreamGradientGraph } from "../../../pipeline/dreamer/step_graph.ts";
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
