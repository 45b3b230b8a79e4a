import assert from "node:assert/strict";
import { withStillClip } from "./clips.ts";
import { keepBoth } from "./picture_keeper.ts";
import { difference, type Pixels, pixelsAt, pixelsOf } from "./pictures.ts";
import { browserTest, dreamOf, eventually, liveFrame, shows, type Visit } from "./visit.ts";

/**
 * Mean difference between the source and the newest frame with at least the given index, on a scale of 0 to
 * 255.
 */
async function strengthFrom({ page }: Visit, index: number, source: Pixels): Promise<number> {
  await liveFrame(page, index);
  return difference(await pixelsOf(page.locator("#live-picture"), source.width), source);
}

browserTest(
  "a setting that is changed while it dreams is seen from the frame on that the page names",
  (visit) =>
    withStillClip(async (clip) => {
      const { page, server, go } = visit;
      // Nothing is carried along, so each frame shows its own settings and the source does not move.
      const { id, links } = await dreamOf(visit, clip, { blend: 1, learningRate: 0.5 });
      await go(`#/dream/${id}`);
      await shows(page, "running");
      const first = await liveFrame(page, 2);
      await eventually("a frame before is kept", () => server.dreams.get(id).links.before !== undefined);
      const source = await pixelsAt(page, `${links.self}/before.jpg`);
      const weak = await strengthFrom(visit, first, source);

      const strength = page.locator("#controls [data-parameter=learningRate]").getByRole("spinbutton");
      assert.equal(await strength.inputValue(), "0.5");
      await strength.fill("40");
      const status = page.locator("#change-status", {
        hasText: /^Strength of a step 40: from frame \d+ on\.$/,
      });
      await status.waitFor();
      const named = Number(/frame (\d+)/.exec(await status.innerText())![1]);
      assert.equal(await page.locator("#changes li").innerText(), `frame ${named}\nStrength of a step 40`);
      const strong = await strengthFrom(visit, named, source);
      assert.ok(strong > 4 * weak, `${strong} after the change, ${weak} before`);
      await keepBoth(page, "dream changed");

      // The server stores this value and shows it to other viewers.
      const { changes, parameters } = server.dreams.get(id);
      assert.equal(parameters.learningRate, 40);
      assert.deepEqual(changes.map(({ frame, parameters }) => ({ frame, parameters })), [
        { frame: named - 1, parameters: { learningRate: 40 } },
      ]);
    }),
);

browserTest(
  "a setting that cannot be is explained at its field and changes nothing",
  (visit) =>
    withStillClip(async (clip) => {
      const { page, server, go } = visit;
      const { id } = await dreamOf(visit, clip);
      await go(`#/dream/${id}`);
      await shows(page, "running");
      await liveFrame(page);
      const blend = page.locator("#controls [data-parameter=blend]");
      await blend.getByRole("spinbutton").fill("7");
      await blend.getByText("a number from 0 to 1").waitFor();
      assert.equal(await blend.getByRole("spinbutton").getAttribute("aria-invalid"), "true");

      // Only the server can know this: the network has no such layer.
      const layers = page.locator("#controls [data-parameter=layers]");
      await layers.getByRole("textbox").fill("mixed99");
      await layers.getByText("mixed99").waitFor();
      await keepBoth(page, "dream refused");
      const frames = await liveFrame(page);
      await liveFrame(page, frames + 2);
      assert.deepEqual(server.dreams.get(id).changes, []);
    }),
);
