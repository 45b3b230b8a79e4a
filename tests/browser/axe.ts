/// <reference lib="dom" />
/** Checks the page with axe-core. */
import assert from "node:assert/strict";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { settled } from "./settled.ts";

/** Fails if axe-core finds a violation, in the light or the dark theme. */
export async function assertAccessible(page: Page, where: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await settled(page);
    assert.deepEqual(await violations(page), [], `${where}, ${colorScheme}`);
  }
}

async function violations(page: Page): Promise<string[]> {
  if (!await page.evaluate(() => "axe" in globalThis)) await page.evaluate(axe.source);
  return await page.evaluate(async () => {
    // Without `preload: false` axe waits ten seconds for each video that is not to be played yet.
    const options = { resultTypes: ["violations"], preload: false };
    // @ts-ignore the line above defines axe.
    const { violations } = await globalThis.axe.run(document, options);
    // deno-lint-ignore no-explicit-any
    return violations.flatMap(({ id, nodes }: any) =>
      // deno-lint-ignore no-explicit-any
      nodes.map(({ html, failureSummary }: any) => `${id}: ${html} ${failureSummary}`)
    );
  });
}
