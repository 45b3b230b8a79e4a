import { fileURLToPath } from "node:url";
import { sample, until } from "../server/helpers.ts";
import { assertAccessible } from "./axe.ts";
import { withLongClip } from "./clips.ts";
import { browserTest, dreamOf, liveFrame, shows, slow } from "./visit.ts";

browserTest(
  "axe-core finds nothing wrong with the studio, before and after a video is chosen",
  async (visit) => {
    const { page, server, go } = visit;
    const { id } = await dreamOf(visit, sample, { duration: 0.2 });
    await until(server, id, "done");
    await go("");
    await page.locator(`[data-dream="${id}"][data-state=done]`).waitFor();
    await assertAccessible(page, "the studio");
    await page.getByRole("button", { name: /^Delete/ }).click();
    await assertAccessible(page, "a question of the gallery");
    await page.locator("#file").setInputFiles(fileURLToPath(sample));
    await page.getByText("All settings").click();
    await page.locator("[data-parameter=blend]").getByRole("spinbutton").fill("7");
    await page.locator("#source-facts", { hasText: "480 × 270" }).waitFor();
    await assertAccessible(page, "a chosen video with all settings");
  },
);

browserTest(
  "axe-core finds nothing wrong with a dream that runs, is asked about, and has ended",
  (visit) =>
    withLongClip(async (clip) => {
      const { page, server, go } = visit;
      const { id } = await dreamOf(visit, clip, slow);
      await go(`#/dream/${id}`);
      await liveFrame(page, 2);
      await page.getByText("What it sees").click();
      await page.getByText("Settings and source").click();
      await page.locator("#controls [data-parameter=blend]").getByRole("spinbutton").fill("0.7");
      await page.locator("#changes li").waitFor();
      await page.locator("#sees-flow[data-frame]").waitFor();
      await assertAccessible(page, "a dream that runs");
      await page.getByRole("button", { name: "Before and after" }).click();
      await assertAccessible(page, "a dream that runs, before and after");
      await page.getByRole("button", { name: "Cancel" }).click();
      await assertAccessible(page, "a question");
      await page.getByRole("button", { name: "Stop it" }).click();
      await shows(page, "cancelled");
      await assertAccessible(page, "a dream that was cancelled");

      const { id: short } = await dreamOf(visit, sample, { duration: 0.2 });
      await until(server, short, "done");
      await go(`#/dream/${short}`);
      await shows(page, "done");
      await assertAccessible(page, "a dream that is done");
      await page.getByRole("button", { name: "Before and after" }).click();
      await assertAccessible(page, "a dream that is done, before and after");
    }),
);

browserTest("axe-core finds nothing wrong with what is not there", async ({ page, go }) => {
  await go(`#/dream/${"0".repeat(32)}`);
  await page.getByRole("heading", { name: "This dream is gone" }).waitFor();
  await assertAccessible(page, "a dream that is gone");
  await go("#/nowhere");
  await page.getByRole("heading", { name: "This did not work" }).waitFor();
  await assertAccessible(page, "no place");
}, { expected: /404/ });
