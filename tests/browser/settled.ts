/// <reference lib="dom" />
import type { Page } from "playwright-core";

/** Waits until no colour transition has run for a tenth of a second; twenty seconds at most. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const isColour = (one: Animation) => one instanceof CSSTransition && /color/.test(one.transitionProperty);
    const end = performance.now() + 20_000;
    for (let still = 0; still < 5 && performance.now() < end; still++) {
      // By the clock rather than by frames, of which a headless browser may draw none.
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (document.getAnimations().some(isColour)) still = -1;
    }
  });
}
