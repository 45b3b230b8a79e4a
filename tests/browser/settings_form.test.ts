import assert from "node:assert/strict";
import { withServerOfOneMore } from "../settings/with_one_more.ts";
import { keepPicture } from "./picture_keeper.ts";
import { browserTest } from "./visit.ts";

browserTest(
  "a setting that is added to the table is in the form, with group, name, unit, help and slider",
  ({ page }) =>
    withServerOfOneMore(async (url) => {
      await page.goto(url);
      await page.getByRole("button", { name: "Use the sample clip" }).click();
      await page.getByText("All settings").click();
      await page.getByRole("group", { name: "Weather" }).waitFor();
      const field = page.locator("[data-parameter=fogDepth]");
      assert.match(await field.innerText(), /^Depth of the fog metres\s+How far one sees/);
      const number = field.getByRole("spinbutton"), slider = field.getByRole("slider");
      assert.deepEqual([await number.inputValue(), await slider.getAttribute("max")], ["7", "60"]);
      await number.fill("91");
      await field.getByText("Must be a whole number from 2 to 90.").waitFor();
      await slider.fill("20");
      assert.equal(await number.inputValue(), "20");
      await keepPicture(page, "settings one more", { whole: true });
      // The page keeps requesting dreams, and the server ends here.
      await page.goto("about:blank");
    }),
);
