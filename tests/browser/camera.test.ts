import assert from "node:assert/strict";
import { assertAccessible } from "./axe.ts";
import { keepBoth } from "./picture_keeper.ts";
import { contrast, difference, pixelsOf } from "./pictures.ts";
import { browserTest, eventually } from "./visit.ts";

/** A camera that shows a turning disc and needs no permission. */
const flags = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];
const context = { permissions: ["camera"] };

browserTest("the camera is dreamed while it films, with its delay; sliders act at once", async (visit) => {
  const { page, go } = visit;
  await go("#/camera");
  await page.getByRole("heading", { name: "Dream the camera" }).waitFor();
  await assertAccessible(page, "the camera");
  await keepBoth(page, "camera");
  await page.getByLabel("Detail").selectOption("160");
  await page.getByRole("button", { name: "Use the camera" }).click();
  await page.locator("#camera[data-state=running]").waitFor();
  const picture = page.locator("#camera-picture");
  const first = await pixelsOf(picture);
  assert.ok(contrast(first) > 10, "the picture shows something");
  await page.locator("#camera-delay", { hasText: /^\d+$/ }).waitFor();
  await page.locator("#camera-fps", { hasText: /^[\d.]+$/ }).waitFor();
  const delay = Number(await page.locator("#camera-delay").innerText());
  assert.ok(delay > 0, `${delay} ms`);
  await assertAccessible(page, "the camera while it dreams");
  await keepBoth(page, "camera running");
  await eventually("the disc turns", async () => difference(await pixelsOf(picture), first) > 1);
  const strength = page.locator("[data-parameter=learningRate]").getByRole("spinbutton");
  const fresh = page.locator("[data-parameter=blend]").getByRole("spinbutton");
  await fresh.fill("1");
  await strength.fill("60");
  const calm = contrast(first);
  const stronger = async () => Math.abs(contrast(await pixelsOf(picture)) - calm) > 2;
  await eventually("the dream is a stronger one", stronger);
  await keepBoth(page, "camera changed");
  await page.getByRole("button", { name: "Stop" }).click();
  await page.locator("#camera[data-state=idle]").waitFor();
}, { flags, context });

browserTest("a camera that is refused is told plainly", async ({ page, go }) => {
  await go("#/camera");
  await page.getByRole("button", { name: "Use the camera" }).click();
  const problem = page.getByRole("alert");
  await problem.waitFor();
  assert.match(await problem.innerText(), /camera/i);
  await assertAccessible(page, "a camera that is refused");
  await keepBoth(page, "camera refused");
}, { flags: ["--use-fake-device-for-media-stream", "--deny-permission-prompts"] });
