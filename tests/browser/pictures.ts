/// <reference lib="dom" />
/** The content of a canvas, picture or video of the page, as numbers. */
import type { Locator, Page } from "playwright-core";

/** Pixels as red, green, blue and alpha, row by row. */
export interface Pixels {
  width: number;
  height: number;
  data: number[];
}

/** The pixels of an element, scaled down to a width. */
export async function pixelsOf(shown: Locator, width = 160): Promise<Pixels> {
  return await shown.evaluate((element, width) => {
    const picture = element as HTMLCanvasElement | HTMLVideoElement | HTMLImageElement;
    const [naturalWidth, naturalHeight] = picture instanceof HTMLVideoElement
      ? [picture.videoWidth, picture.videoHeight]
      : picture instanceof HTMLImageElement
      ? [picture.naturalWidth, picture.naturalHeight]
      : [picture.width, picture.height];
    const height = Math.max(1, Math.round(width * naturalHeight / naturalWidth));
    const context = new OffscreenCanvas(width, height).getContext("2d")!;
    context.drawImage(picture, 0, 0, width, height);
    return { width, height, data: Array.from(context.getImageData(0, 0, width, height).data) };
  }, width);
}

/** The pixels of a JPEG at an address of the server. */
export async function pixelsAt(page: Page, address: string, width = 160): Promise<Pixels> {
  return await page.evaluate(async ({ address, width }) => {
    const picture = await createImageBitmap(await (await fetch(address)).blob());
    const height = Math.max(1, Math.round(width * picture.height / picture.width));
    const context = new OffscreenCanvas(width, height).getContext("2d")!;
    context.drawImage(picture, 0, 0, width, height);
    return { width, height, data: Array.from(context.getImageData(0, 0, width, height).data) };
  }, { address, width });
}

/** Standard deviation of brightness, on a scale of 0 to 255: 0 for a single colour, tens for a photograph. */
export function contrast({ data }: Pixels): number {
  const brightness = Array.from({ length: data.length / 4 }, (_, i) => {
    return (data[4 * i]! + data[4 * i + 1]! + data[4 * i + 2]!) / 3;
  });
  const mean = brightness.reduce((sum, one) => sum + one, 0) / brightness.length;
  return Math.sqrt(brightness.reduce((sum, one) => sum + (one - mean) ** 2, 0) / brightness.length);
}

/** Mean absolute difference of two pictures, on a scale of 0 to 255. */
export function difference(one: Pixels, other: Pixels): number {
  if (one.data.length !== other.data.length) {
    throw new Error("pictures of different sizes cannot be compared");
  }
  return one.data.reduce((sum, value, i) => sum + Math.abs(value - other.data[i]!), 0) / one.data.length * 4 /
    3;
}
