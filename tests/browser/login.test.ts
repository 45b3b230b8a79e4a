import assert from "node:assert/strict";
import { assertAccessible } from "./axe.ts";
import { keepBoth } from "./picture_keeper.ts";
import { browserTest, lasting, liveFrame } from "./visit.ts";

const token = "correct horse battery staple".replaceAll(" ", "-");
const server = { token };

browserTest(
  "who does not know the token sees the login, which leads on to where one wanted to be",
  async (visit) => {
    const { page, go } = visit;
    await go("#/camera");
    await page.getByLabel("Token").waitFor();
    await assertAccessible(page, "the login");
    await keepBoth(page, "login");
    await page.getByLabel("Token").fill("something-else");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByText("That is not this server’s token.").waitFor();
    await assertAccessible(page, "the login with a wrong token");
    await keepBoth(page, "login wrong");
    await page.getByLabel("Token").fill(token);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Dream the camera" }).waitFor();

    // The cookie gives access to everything: files, sockets, streams.
    await page.getByRole("link", { name: "Studio" }).click();
    await page.getByRole("button", { name: "Use the sample clip" }).click();
    await page.getByRole("spinbutton", { name: "Dreaming size" }).fill(String(lasting.imageSize));
    await page.getByRole("spinbutton", { name: "Steps per octave" }).fill(String(lasting.octaveIterations));
    await page.getByRole("button", { name: "Start dreaming" }).click();
    await liveFrame(page);
    await page.reload();
    await liveFrame(page);
    const cookies = await page.context().cookies();
    assert.deepEqual(cookies.map(({ httpOnly, sameSite }) => ({ httpOnly, sameSite })), [
      { httpOnly: true, sameSite: "Strict" },
    ]);
    assert.equal(await page.evaluate("document.cookie"), "");
    assert.ok(!JSON.stringify(cookies).includes(token), "the cookie does not hold the token");

    await keepBoth(page, "logged in");
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByLabel("Token").waitFor();
    assert.deepEqual(await page.context().cookies(), []);
    await go("#/camera");
    await page.getByLabel("Token").waitFor();
  },
  { server },
);

browserTest("an address with the token opens the page and loses it", async ({ page, origin }) => {
  await page.goto(`${origin}/?token=${token}#/camera`);
  await page.getByRole("heading", { name: "Dream the camera" }).waitFor();
  assert.equal(page.url(), `${origin}/#/camera`);
}, { server });
