/**
 * Screenshots of the page for people to inspect, in the folder `REVERIE_SCREENSHOTS`; none if it is not set.
 */
import { join } from "node:path";
import type { Page } from "playwright-core";
import { settled } from "./settled.ts";

const folder = Deno.env.get("REVERIE_SCREENSHOTS");

/** Saves a screenshot of the window, or of the whole page. */
export async function keepPicture(page: Page, name: string, { whole = false } = {}): Promise<void> {
  if (!folder) return;
  const path = join(folder, `${name.replace(/\W+/g, "-")}.png`);
  await page.screenshot({ path, fullPage: whole }).catch((error) =>
    console.log(`no ${path}: ${error.message}`)
  );
}

/** Saves screenshots in the light and the dark theme. */
export async function keepBoth(page: Page, name: string, options: { whole?: boolean } = {}): Promise<void> {
  if (!folder) return;
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    await settled(page);
    await keepPicture(page, `${name} ${colorScheme}`, options);
  }
}
