/// <reference lib="dom" />
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { devices, type Locator, type Page } from "playwright-core";
import { sample, until } from "../server/helpers.ts";
import { assertAccessible } from "./axe.ts";
import { withLongClip } from "./clips.ts";
import { keepBoth, keepPicture } from "./picture_keeper.ts";
import { browserTest, dreamOf, liveFrame, shows, slow } from "./visit.ts";

const { defaultBrowserType: _, ...phone } = devices["iPhone 12"]!;
const options = { context: { ...phone, viewport: { width: 390, height: 844 } } };

/** Fails if the page is wider than the phone; names the elements that stick out. */
async function assertFits(page: Page, where: string): Promise<void> {
  const wide = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > width + 0.5)
      .map((element) => `${element.tagName}.${element.className}`);
  });
  assert.deepEqual(wide, [], where);
}

/** Fails unless an element is visible without scrolling. */
async function assertInSight(part: Locator, where: string): Promise<void> {
  await part.waitFor();
  const box = (await part.boundingBox())!;
  const { width, height } = part.page().viewportSize()!;
  const inside = box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height;
  assert.ok(inside, `${where}: at ${JSON.stringify(box)} of ${width}x${height}`);
}

browserTest("on a phone the studio fits, and what matters is in sight", async (visit) => {
  const { page, server, go } = visit;
  const { id } = await dreamOf(visit, sample, { duration: 0.2 });
  await until(server, id, "done");
  await go("");
  for (const name of ["Choose a video", "Use the sample clip"]) {
    await assertInSight(page.getByRole("button", { name }), name);
  }
  await page.locator(`[data-dream="${id}"][data-state=done]`).waitFor();
  await assertFits(page, "the studio");
  await assertAccessible(page, "the studio on a phone");
  await keepBoth(page, "phone studio", { whole: true });
  await page.locator("#file").setInputFiles(fileURLToPath(sample));
  await assertInSight(page.getByRole("heading", { name: "sample.mp4" }), "the video's name");
  await assertInSight(page.locator("#source-video"), "the video");
  await page.getByText("All settings").click();
  await assertFits(page, "a chosen video");
  await assertAccessible(page, "a chosen video on a phone");
  await keepPicture(page, "phone source", { whole: true });
  await page.getByRole("button", { name: "Start dreaming" }).tap();
  await page.waitForURL(/#\/dream\//);
}, options);

const token = "a-token-for-a-phone";

for (const [width, server] of [[320, {}], [320, { token }], [390, { token }]] as const) {
  const way = "token" in server ? "with" : "without";
  browserTest(`a header of ${width} pixels fits, ${way} the way out`, async ({ page, origin }) => {
    await page.goto(`${origin}/?token=${token}`);
    await page.getByRole("button", { name: "Choose a video" }).waitFor();
    await assertFits(page, "the header");
    const mark = await page.locator(".brand-mark").boundingBox();
    assert.equal(mark?.width, 32);
    assert.equal(await page.getByRole("link", { name: "Reverie", exact: true }).count(), 1);
    const out = page.getByRole("button", { name: "Log out" });
    if (way === "with") await assertInSight(out, "the way out");
    else assert.equal(await out.count(), 0);
    await keepPicture(page, `phone header ${width} ${way}`);
  }, { server, context: { ...phone, viewport: { width, height: 600 } } });
}

browserTest(
  "on a phone a dream fits, and the picture is in sight while its settings are moved",
  (visit) =>
    withLongClip(async (clip) => {
      const { page, server, go } = visit;
      const { id } = await dreamOf(visit, clip, slow);
      await go(`#/dream/${id}`);
      await liveFrame(page, 1);
      await assertInSight(page.locator("#live-picture"), "the picture");
      await assertInSight(page.locator("#progress"), "the progress");
      await assertFits(page, "a dream that runs");
      await keepBoth(page, "phone dream running", { whole: true });
      const colour = page.locator("#controls [data-parameter=colour]").getByRole("spinbutton");
      await colour.scrollIntoViewIfNeeded();
      await colour.fill("0.4");
      await page.locator("#changes li").waitFor();
      await assertInSight(page.locator("#live-picture"), "the picture beside its settings");
      await keepPicture(page, "phone dream settings");
      await page.getByText("What it sees").click();
      await page.locator("#sees-flow[data-frame]").waitFor();
      await assertFits(page, "what it sees");
      await assertAccessible(page, "a dream on a phone");
      await keepPicture(page, "phone dream sees", { whole: true });

      await server.dreams.cancel(id);
      const { id: short } = await dreamOf(visit, sample, { duration: 0.2 });
      await until(server, short, "done");
      await go(`#/dream/${short}`);
      await shows(page, "done");
      await assertInSight(page.locator("#player"), "the video");
      await assertInSight(page.getByRole("link", { name: /^Download/ }), "the download");
      await assertFits(page, "a dream that is done");
      await keepBoth(page, "phone dream done", { whole: true });
    }),
  options,
);
