/// <reference lib="dom" />
import type { Page } from "playwright-core";

/** Waits until no colour is on its way from one to another, for a few frames on end. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const isColour = (one: Animation) => one instanceof CSSTransition && /color/.test(one.transitionProperty);
    const moving = () => document.getAnimations().some(isColour);
    for (let still = 0; still < 5; still = moving() ? 0 : still + 1) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  });
}
