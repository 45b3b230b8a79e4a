import type { Dream } from "../types.ts";

/** One way of looking at a dream. A type for the page's modules; no browser loads this file. */
export interface Screen {
  element: HTMLElement;
  /** Controls below the picture. */
  controls?: HTMLElement;
  /** Called each time it comes into view. */
  show(): void;
  hide(): void;
  update(dream: Dream): void;
  close(): void;
}
