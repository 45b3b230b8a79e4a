/** Types of the page's places; no browser loads this file. */
import type * as api from "./api.js";
import type { Settings } from "./types.ts";

/** The context that a view receives. */
export interface ViewContext {
  api: typeof api;
  /** Goes to another place of the page, such as `#/camera`. */
  navigate: (hash: string) => void;
  settings: Settings;
  /** The part of the address after the view's name: the dream's id. */
  id?: string;
}

/** One place of the page. */
export interface View {
  /** Shows the view inside the root. The returned function removes it, with timers, sockets and listeners. */
  mount(root: HTMLElement, context: ViewContext): () => void;
}
