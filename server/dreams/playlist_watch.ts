import { exists } from "./file_tools.ts";

/** How often the playlist is looked for, in milliseconds. */
const interval = 200;

/** Calls back once when a playlist exists; the encoder writes it with the first segment. */
export class PlaylistWatch {
  readonly #path: string;
  readonly #onThere: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #looking = Promise.resolve();
  #told = false;

  constructor(path: string, onThere: () => void) {
    this.#path = path;
    this.#onThere = onThere;
    this.#timer = setTimeout(() => this.#again(), interval);
  }

  /** Checks one last time and stops. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#looking;
    await this.#look();
  }

  #again(): void {
    this.#looking = this.#look().then(() => {
      if (!this.#told && this.#timer !== undefined) this.#timer = setTimeout(() => this.#again(), interval);
    });
  }

  async #look(): Promise<void> {
    if (this.#told || !await exists(this.#path) || this.#told) return;
    this.#told = true;
    this.#onThere();
  }
}
