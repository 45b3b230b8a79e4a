/** Types of the page's places; no browser loads this file. */
import type * as api from "./api.js";
import type { Settings } from "./types.ts";

/** What a view gets to work with. */
export interface ViewContext {
  api: typeof api;
  /** Goes to another place of the page, such as `#/camera`. */
  navigate: (hash: string) => void;
  settings: Settings;
  /** What follows the view's name in the address: the dream's id. */
  id?: string;
}

/** One place of the page. */
export interface View {
  /** Shows itself inside the root, and returns what takes it away again: timers, sockets, listeners. */
  mount(root: HTMLElement, context: ViewContext): () => void;
}
