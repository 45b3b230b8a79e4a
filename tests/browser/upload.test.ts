import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { locate } from "../../pipeline/ffmpeg/locate.ts";
import { sample } from "../server/helpers.ts";
import { dragOver } from "./dropping.ts";
import { keepBoth, keepPicture } from "./picture_keeper.ts";
import { contrast, pixelsOf } from "./pictures.ts";
import { browserTest, liveFrame, quickest, shows } from "./visit.ts";

/** Types a value into a number field of the settings. */
async function set(page: Page, name: string, value: number): Promise<void> {
  await page.locator(`.settings [data-parameter=${name}] input[type=number]`).fill(String(value));
}

browserTest(
  "a dropped clip is dreamed before one's eyes and can be downloaded with its sound",
  async (visit) => {
    const { page, go } = visit;
    await go("");
    await page.locator("#drop-zone").waitFor();
    await keepBoth(page, "studio");
    const letGo = await dragOver(page, fileURLToPath(sample), "#drop-zone");
    await page.locator("html.dragging").waitFor();
    await keepPicture(page, "studio dragging");
    await letGo();
    await page.getByRole("heading", { name: "sample.mp4" }).waitFor();
    await page.locator("html:not(.dragging)").waitFor();
    await page.locator("#source-facts", { hasText: "480 × 270 · 2.5 s" }).waitFor();
    await keepBoth(page, "source");

    for (const [name, value] of Object.entries(quickest)) {
      if (name === "firstIterations") await page.getByText("All settings").click();
      await set(page, name, value);
    }
    await keepPicture(page, "all settings", { whole: true });
    const begun = performance.now();
    await page.getByRole("button", { name: "Start dreaming" }).click();
    await page.waitForURL(/#\/dream\/[0-9a-f]{32}$/);
    await liveFrame(page);
    console.log(`first picture after ${((performance.now() - begun) / 1000).toFixed(1)} s`);
    assert.ok(
      contrast(await pixelsOf(page.locator("#live-picture"))) > 10,
      "the first picture shows something",
    );
    await keepBoth(page, "dream running");

    await shows(page, "done");
    await keepBoth(page, "dream done");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: /^Download/ }).click(),
    ]);
    assert.equal(download.suggestedFilename(), "sample-dream.mp4");
    const { streams, format } = await probe(await download.path());
    const picture = streams.find(({ codec_type }) => codec_type === "video");
    const sound = streams.find(({ codec_type }) => codec_type === "audio");
    assert.deepEqual(
      [picture?.codec_name, picture?.width, picture?.height, picture?.nb_read_frames],
      ["h264", 480, 270, "60"],
    );
    assert.equal(sound?.codec_name, "aac");
    assert.ok(Math.abs(Number(format.duration) - 2.5) < 0.1, `it lasts ${format.duration} s`);
  },
);

interface Probed {
  streams: {
    codec_type: string;
    codec_name: string;
    width?: number;
    height?: number;
    nb_read_frames?: string;
  }[];
  format: { duration: string };
}

async function probe(file: string): Promise<Probed> {
  const { path } = await locate("ffprobe");
  const args = ["-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json", file];
  const { success, stdout, stderr } = await new Deno.Command(path, { args }).output();
  const complaint = new TextDecoder().decode(stderr);
  assert.ok(success && complaint === "", complaint);
  return JSON.parse(new TextDecoder().decode(stdout));
}
