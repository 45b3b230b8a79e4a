import assert from "node:assert/strict";
import { startTestServer } from "../server/helpers.ts";
import { withLongClip } from "./clips.ts";
import { Line } from "./line.ts";
import { keepBoth } from "./picture_keeper.ts";
import { browserTest, dreamOf, liveFrame, shows } from "./visit.ts";

/** Chromium's console messages about unanswered requests. */
const unanswered = /WebSocket connection|Failed to load resource/;

browserTest(
  "a reload in mid-dream shows the dream as it was, and goes on",
  (visit) =>
    withLongClip(async (clip) => {
      const { page, server, go } = visit;
      const { id } = await dreamOf(visit, clip);
      await go(`#/dream/${id}`);
      await liveFrame(page, 3);
      const blend = page.locator("#controls [data-parameter=blend]").getByRole("spinbutton");
      await blend.fill("0.8");
      await page.locator("#changes li").waitFor();
      const before = await liveFrame(page);
      await page.reload();
      await shows(page, "running");
      assert.ok(await liveFrame(page) >= before, "the first picture after it is a new one");
      assert.equal(await blend.inputValue(), "0.8");
      assert.equal(await page.locator("#changes li").count(), 1);
      await page.locator("#curves").waitFor();
      await liveFrame(page, before + 3);
      assert.equal(server.dreams.get(id).state, "running");
    }),
);

/** The connection of the running test. */
let line: Line;

const overLine = {
  expected: unanswered,
  through: (server: { url: string }) => line = new Line(Number(new URL(server.url).port)),
};

browserTest(
  "five seconds without a network are told and survived, and a change made meanwhile is sent",
  (visit) =>
    withLongClip(async (clip) => {
      const { page, server, go } = visit;
      const { id } = await dreamOf(visit, clip);
      await go(`#/dream/${id}`);
      const before = await liveFrame(page, 2);
      const cut = performance.now();
      await page.context().setOffline(true);
      line.cut();
      const banner = page.locator("#connection-banner");
      await banner.waitFor();
      await keepBoth(page, "dream offline");
      await page.locator("#controls [data-parameter=blend]").getByRole("spinbutton").fill("0.7");
      await page.locator("#change-status", { hasText: "Not connected" }).waitFor();
      // Its length is the subject of this test.
      await new Promise((resolve) => setTimeout(resolve, 5000 - (performance.now() - cut)));
      line.mend();
      await page.context().setOffline(false);
      await banner.waitFor({ state: "hidden" });
      await page.locator("#change-status", { hasText: "Fresh frame in the blend 0.7: from frame" }).waitFor();
      // The dream continued meanwhile.
      await liveFrame(page, before + 1);
      const { state, parameters } = server.dreams.get(id);
      assert.deepEqual([state, parameters.blend], ["running", 0.7]);
    }),
  overLine,
);

browserTest(
  "the page finds its dream again when the server comes back",
  (visit) =>
    withLongClip(async (clip) => {
      const { page, server, go } = visit;
      const { id } = await dreamOf(visit, clip);
      await go(`#/dream/${id}`);
      await liveFrame(page, 2);
      line.cut();
      const frames = server.dreams.get(id).progress.frames;
      await server.close();
      const next = await startTestServer({ data: server.data });
      try {
        await page.locator("#connection-banner").waitFor();
        line.mend(Number(new URL(next.url).port));
        await page.locator("#connection-banner").waitFor({ state: "hidden" });
        await shows(page, "running");
        await liveFrame(page, frames + 1);
      } finally {
        await next.close();
      }
    }),
  overLine,
);
