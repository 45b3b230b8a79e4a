/// <reference lib="dom" />
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { sample, until } from "../server/helpers.ts";
import { keepPicture } from "./picture_keeper.ts";
import { browserTest, dreamOf, lasting, liveFrame, shows } from "./visit.ts";

/** Name, text or id of the focused element, marked if its focus is not visible. */
async function focused(page: Page): Promise<string> {
  return await page.evaluate(() => {
    const element = document.activeElement as HTMLElement;
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    const label = element.getAttribute("aria-label") ??
      (element as HTMLInputElement).labels?.[0]?.innerText ??
      element.innerText;
    const seen = outlineStyle !== "none" && outlineWidth !== "0px" || boxShadow !== "none";
    return `${label.trim().split("\n")[0]}${seen ? "" : " (not seen)"}`;
  });
}

/** Presses Tab until the given element is focused; fails after a hundred presses. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const passed: string[] = [];
  for (let i = 0; i < 100; i++) {
    await page.keyboard.press("Tab");
    const here = await focused(page);
    if (typeof name === "string" ? here === name : name.test(here)) return;
    passed.push(here);
  }
  assert.fail(`Tab does not lead to ${name}, but to ${passed.join(" | ")}`);
}

/** Closes the question and reopens it before the page has noticed: Escape and Enter in quick succession. */
async function closeAndAskAgain(page: Page): Promise<void> {
  await page.getByRole("dialog", { name: "Stop this dream?" }).waitFor();
  await page.evaluate(() => {
    document.querySelector("dialog")?.close();
    (document.activeElement as HTMLElement).click();
  });
}

browserTest("a dream can be begun, changed, stopped and deleted by keyboard alone", async (visit) => {
  const { page, go } = visit;
  const { keyboard } = page;
  await go("");
  await page.locator("#drop-zone").waitFor();
  await keyboard.press("Tab");
  assert.equal(await focused(page), "Skip to the content");
  await keepPicture(page, "keyboard skip");
  await keyboard.press("Enter");
  await tabTo(page, "Use the sample clip");
  await keepPicture(page, "keyboard sample");
  await keyboard.press("Enter");
  await page.getByRole("heading", { name: "Sample clip" }).waitFor();
  await tabTo(page, "Reverie");
  await keyboard.press("ArrowRight");
  assert.equal(await page.getByRole("radio", { checked: true }).inputValue(), "landscape");
  for (const [label, name] of [["Octaves", "octaves"], ["Steps per octave", "octaveIterations"]] as const) {
    await tabTo(page, label);
    await keyboard.press("ControlOrMeta+a");
    await keyboard.type(String(lasting[name]));
  }
  await tabTo(page, "Dreaming size pixels");
  await keyboard.press("ControlOrMeta+a");
  await keyboard.type(String(lasting.imageSize));
  await tabTo(page, "Start dreaming");
  await keyboard.press("Enter");
  await liveFrame(page);
  assert.equal(await page.evaluate(() => document.activeElement?.id), "main");

  await tabTo(page, "Cancel");
  await keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Stop this dream?" }).waitFor();
  assert.equal(await focused(page), "Go on dreaming");
  await keyboard.press("Escape");
  assert.equal(await focused(page), "Cancel");
  await keyboard.press("Enter");
  await closeAndAskAgain(page);
  await tabTo(page, "Stop it");
  await keyboard.press("Enter");
  await shows(page, "cancelled");
  await tabTo(page, "Delete");
  await keyboard.press("Enter");
  await tabTo(page, "Delete");
  await keyboard.press("Enter");
  await page.getByText("Nothing dreamed yet.").waitFor();
  assert.deepEqual(visit.server.dreams.list(), []);
  // The player may still request the deleted files.
}, { expected: /404.*\/hls\// });

browserTest("sliders, the comparison and the gallery are moved by keys", async (visit) => {
  const { page, server, go } = visit;
  const { id } = await dreamOf(visit, sample, { duration: 0.2 });
  await until(server, id, "done");
  await go("");
  await page.locator(`[data-dream="${id}"][data-state=done]`).waitFor();
  const slider = page.getByRole("slider", { name: "Before and after" });
  await slider.focus();
  await page.keyboard.press("Home");
  assert.equal(await slider.inputValue(), "0");
  await page.keyboard.press("ArrowRight");
  assert.equal(await slider.inputValue(), "1");
  await tabTo(page, /^clip\.mp4/);
  await page.keyboard.press("Enter");
  await shows(page, "done");
  await page.goBack();
  await page.locator(`[data-dream="${id}"][data-state=done]`).waitFor();
  await tabTo(page, "Again: clip.mp4");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "clip.mp4" }).waitFor();
  assert.equal(await page.getByRole("spinbutton", { name: "Dreaming size" }).inputValue(), "128");
});
