/** What is kept of one dream for those who watch it: the newest frame's news and picture. */
import type { RenderedPicture } from "../rendering/job.ts";
import type { FrameNews, News } from "./news.ts";
import type { Ending, Shot, Subscriber } from "./subscriber.ts";

/** How many frames' news are remembered, for pictures that come after newer news. */
const remembered = 16;

/**
 * The followers of one dream. A picture is told with the news of its own frame: one that comes before its news waits
 * for them, and one that comes after newer news is told together with its own once more.
 */
export class Channel {
  readonly subscribers = new Set<Subscriber>();
  /** The newest picture, with whatever else of its frame was asked for. */
  picture: RenderedPicture | undefined;
  #newest: Shot | undefined;
  #shown: Shot | undefined;
  #early: RenderedPicture | undefined;
  readonly #news = new Map<number, string>();

  /** Whether there is nothing worth keeping. */
  get empty(): boolean {
    return this.subscribers.size === 0 && !this.picture && !this.#newest;
  }

  /** Tells everybody. */
  publish(news: News): void {
    if (news.type === "frame") return this.#frame(news);
    const text = JSON.stringify(news);
    this.#tell((subscriber) => subscriber.news(text, news));
  }

  /** Shows a frame's picture to everybody. */
  show(picture: RenderedPicture): void {
    this.picture = picture;
    const news = this.#news.get(picture.index);
    if (news !== undefined) {
      this.#shown = { index: picture.index, news, jpeg: picture.dreamed };
      this.#tellShot(this.#shown);
    } else if (!this.#newest || picture.index > this.#newest.index) {
      this.#early = picture;
    }
  }

  /** Tells somebody new what was told last. */
  repeat(subscriber: Subscriber): void {
    if (this.#shown) subscriber.frame(this.#shown);
    if (this.#newest && this.#newest.index !== this.#shown?.index) subscriber.frame(this.#newest);
  }

  /** Nobody is told anything any more. */
  end(ending: Ending): void {
    this.#tell((subscriber) => subscriber.end(ending));
    this.subscribers.clear();
  }

  #frame(news: FrameNews): void {
    const { index } = news;
    if (this.#newest && index <= this.#newest.index) this.#restart();
    this.#newest = { index, news: JSON.stringify(news) };
    this.#news.set(index, this.#newest.news);
    if (this.#news.size > remembered) this.#news.delete(this.#news.keys().next().value!);
    this.#tellShot(this.#newest);
    if (this.#early?.index === index) this.show(this.#early);
  }

  /** A dream that begins anew counts its frames anew. */
  #restart(): void {
    this.#news.clear();
    this.#shown = undefined;
    this.#early = undefined;
  }

  #tellShot(shot: Shot): void {
    this.#tell((subscriber) => subscriber.frame(shot));
  }

  /** One follower's trouble is not that of the others, nor of the dream. */
  #tell(deliver: (subscriber: Subscriber) => void): void {
    for (const subscriber of this.subscribers) {
      try {
        deliver(subscriber);
      } catch {
        this.subscribers.delete(subscriber);
      }
    }
  }
}
