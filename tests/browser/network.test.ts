import assert from "node:assert/strict";
import { join } from "node:path";
import { withEmptyCache, withEnvironment } from "../environment.ts";
import { googLeNetFile, publishedParts, sharedGoogLeNet } from "../models/networks/googlenet_fixture.ts";
import { withWebServer } from "../models/web_server.ts";
import { assertAccessible } from "./axe.ts";
import { keepBoth } from "./picture_keeper.ts";
import { browserTest } from "./visit.ts";

/** Path of GoogLeNet's second source on a mirror. */
const base =
  "/raw.githubusercontent.com/chaosmail/caffejs/dedfd566d0268352c3becdc808ea3d24908a7a0c/examples/models/" +
  "bvlc_googlenet/weights";

browserTest(
  "GoogLeNet is fetched from the studio, and its look takes the place of the other",
  async (visit) => {
    const { page, go } = visit;
    const model = await sharedGoogLeNet();
    const files = Object.fromEntries(
      publishedParts(model).entries().map(([path, bytes]) => [`${base}/${path}`, bytes]),
    );
    await withEmptyCache((folder) =>
      withWebServer(files, ({ url, behave }) =>
        withEnvironment({ REVERIE_MIRROR: url }, async () => {
          await Deno.mkdir(join(folder, "networks"));
          await Deno.writeTextFile(join(folder, "networks", "inception-v3.onnx"), "");
          behave(/./, { status: 503 });
          await go("");
          await page.getByText("InceptionV3 dreams. GoogLeNet, which these pictures are of, is not here yet.")
            .waitFor();
          await assertAccessible(page, "the studio without GoogLeNet");
          await keepBoth(page, "network missing");
          await page.getByRole("button", { name: "Use the sample clip" }).click();
          const octaves = page.getByRole("spinbutton", { name: "Octaves", exact: true });
          await octaves.fill("2");

          await page.getByRole("button", { name: "Fetch it (28 MB)" }).click();
          await page.getByText(/Cannot fetch googlenet: /).waitFor();
          await keepBoth(page, "network refused");

          behave(/./, {});
          await page.getByRole("button", { name: "Try again (28 MB)" }).click();
          await page.getByText("GoogLeNet dreams.", { exact: true }).waitFor();
          await page.locator("#fetch-network").waitFor({ state: "hidden" });
          assert.equal(await octaves.inputValue(), "2", "what was set by hand stays");
          await page.getByText("All settings").click();
          assert.equal(await page.getByLabel("Network", { exact: true }).inputValue(), "googlenet");
          await keepBoth(page, "network here");
        }))
    );
  },
  { needs: googLeNetFile },
);
