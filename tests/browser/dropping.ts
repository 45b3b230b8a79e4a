/** Drops files on the page as a user would, with the browser's own events. */
import type { Page } from "playwright-core";

/** Drags a local file over the middle of an element; returns a function that drops it there. */
export async function dragOver(page: Page, path: string, selector: string): Promise<() => Promise<void>> {
  const box = await page.locator(selector).boundingBox();
  if (!box) throw new Error(`${selector} is not to be seen`);
  const session = await page.context().newCDPSession(page);
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  const send = (type: "dragEnter" | "dragOver" | "drop") =>
    session.send("Input.dispatchDragEvent", { type, ...at, data });
  await send("dragEnter");
  await send("dragOver");
  return async () => {
    await send("drop");
    await session.detach();
  };
}

/** Drops a local file on the middle of an element. */
export async function drop(page: Page, path: string, selector = "#drop-zone"): Promise<void> {
  const letGo = await dragOver(page, path, selector);
  await letGo();
}
