/** Follows a dream by its server-sent events: all news, no pictures. */
import type { FrameNews, News } from "../../../server/live/news.ts";

/** A frame and the arrival time of its news, in milliseconds of `performance.now()`. */
export interface FollowedFrame extends FrameNews {
  at: number;
}

/** Receives the news of every frame of a dream. */
export class Follower implements AsyncDisposable {
  /** The frames received so far. */
  readonly frames: FollowedFrame[] = [];
  readonly #abort = new AbortController();
  readonly #listening: Promise<void>;
  #over: string | undefined;
  #changed = Promise.withResolvers<void>();

  /** @param url address of the dream. */
  constructor(url: string) {
    this.#listening = this.#listen(`${url}/events`).catch((error) => {
      this.#over ??= `its news broke off: ${error.message}`;
    }).then(() => {
      this.#over ??= "its news ended";
      this.#wake();
    });
  }

  /** Number of finished frames. */
  get done(): number {
    return this.frames.at(-1)?.frames ?? 0;
  }

  /**
   * Waits until the given number of frames are finished.
   *
   * @throws {Error} if the dream ends first
   */
  async until(count: number): Promise<FollowedFrame> {
    while (this.done < count) {
      if (this.#over !== undefined) {
        throw new Error(`the dream made ${this.done} frames instead of ${count}: ${this.#over}`);
      }
      await this.#changed.promise;
    }
    return this.frames.find(({ frames }) => frames >= count)!;
  }

  /**
   * Waits for the end.
   *
   * @throws {Error} if the dream did not succeed
   */
  async end(): Promise<void> {
    await this.#listening;
    if (this.#over !== "done") throw new Error(`the dream did not end well: ${this.#over}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.#listening;
  }

  async #listen(url: string): Promise<void> {
    const response = await fetch(url, { signal: this.#abort.signal });
    if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
    let rest = "";
    for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) if (line.startsWith("data: ")) this.#hear(JSON.parse(line.slice(6)));
    }
  }

  #hear(news: News): void {
    if (news.type === "frame") this.frames.push({ ...news, at: performance.now() });
    else if (news.type === "done") this.#over = "done";
    else if (news.type === "error") this.#over = news.error.message;
    else return;
    this.#wake();
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
