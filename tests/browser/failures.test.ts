import assert from "node:assert/strict";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { inFolder } from "../pipeline/clips.ts";
import { filesBelow, sample } from "../server/helpers.ts";
import { drop } from "./dropping.ts";
import { keepBoth } from "./picture_keeper.ts";
import { browserTest, dreamOf, lasting, shows } from "./visit.ts";

/** Drops a file with the given name and content. */
function dropFile(page: Page, name: string, content: string | Uint8Array): Promise<void> {
  return inFolder(async (folder) => {
    const path = join(folder, name);
    await Deno.writeFile(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
    await page.locator("#drop-zone").waitFor();
    await drop(page, path);
    if (!/\.txt$/.test(name)) await page.getByRole("button", { name: "Start dreaming" }).click();
    // The browser reads the file while sending it.
    await page.locator("#file-error:not(:empty), #start-error:not(:empty)").first().waitFor();
  });
}

browserTest(
  "a text is refused before it is sent, and one that calls itself a video when it is looked at",
  async (visit) => {
    const { page, server, go } = visit;
    await go("");
    await dropFile(page, "notes.txt", "Dear diary");
    const told = page.locator("#file-error");
    assert.equal(
      await told.innerText(),
      "“notes.txt” is not a video. Choose an MP4, MOV, WebM or another video file.",
    );
    await keepBoth(page, "failure text");

    await dropFile(page, "notes.mp4", "Dear diary");
    const alert = page.locator("#start-error");
    assert.match(await alert.innerText(), /not a video/);
    assert.equal(await alert.getAttribute("role"), "alert");
    await keepBoth(page, "failure mp4");
    assert.ok(await page.getByRole("button", { name: "Start dreaming" }).isEnabled());

    // Another video is accepted at once, and nothing of the first remains.
    await page.getByRole("button", { name: "Another video" }).click();
    await page.locator("#drop-zone").waitFor();
    assert.deepEqual(server.dreams.list(), []);
    assert.deepEqual(await filesBelow(server.data), []);
  },
  { expected: /4(15|22)/ },
);

browserTest("a setting that the server refuses is explained at its field", async ({ page, go }) => {
  await go("");
  await page.getByRole("button", { name: "Use the sample clip" }).click();
  const layers = page.locator("[data-parameter=layers]");
  await layers.getByRole("textbox").fill("mixed99");
  await page.getByRole("button", { name: "Start dreaming" }).click();
  await layers.getByText("mixed99").waitFor();
  assert.equal(await layers.getByRole("textbox").getAttribute("aria-invalid"), "true");
  await keepBoth(page, "failure setting");
}, { expected: /400/ });

browserTest("a dream that fails says why, and that there is no video", async (visit) => {
  const { page, server, go } = visit;
  // The picture data end in the middle of the first frame; the metadata are complete.
  const clip = await Deno.readFile(sample);
  // The source is not read while another dream runs.
  const { id: other } = await dreamOf(visit, sample, lasting);
  const { id } = await dreamOf(visit, sample);
  await Deno.writeFile(server.dreams.files(id).source, clip.subarray(0, 200));
  await server.dreams.cancel(other);
  await go(`#/dream/${id}`);
  await shows(page, "failed");
  await page.getByText(/^It failed: /).waitFor();
  assert.equal(await page.getByRole("link", { name: /^Download/ }).count(), 0);
  await keepBoth(page, "failure dream");
}, { expected: /Failed to load|404/ });
