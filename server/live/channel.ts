/** The state kept of one dream for its viewers: the news and picture of the newest frame. */
import type { RenderedPicture } from "../rendering/job.ts";
import type { FrameNews, News } from "./news.ts";
import type { Ending, Shot, Subscriber } from "./subscriber.ts";

/** How many frames' news are kept for pictures that arrive after newer news. */
const remembered = 16;

/**
 * The viewers of one dream. A picture is sent with the news of its own frame: an early picture waits for its
 * news, and a late one is sent with its own news once more.
 */
export class Channel {
  readonly subscribers = new Set<Subscriber>();
  /** The newest picture, with any other requested pictures of its frame. */
  picture: RenderedPicture | undefined;
  #newest: Shot | undefined;
  #shown: Shot | undefined;
  #early: RenderedPicture | undefined;
  readonly #news = new Map<number, string>();

  /** Whether it has no viewers and nothing worth keeping. */
  get empty(): boolean {
    return this.subscribers.size === 0 && !this.picture && !this.#newest;
  }

  /** Sends news to all viewers. */
  publish(news: News): void {
    if (news.type === "frame") return this.#frame(news);
    const text = JSON.stringify(news);
    this.#tell((subscriber) => subscriber.news(text, news));
  }

  /** Sends a frame's picture to all viewers. */
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

  /** Sends the latest frames to a new viewer. */
  repeat(subscriber: Subscriber): void {
    if (this.#shown) subscriber.frame(this.#shown);
    if (this.#newest && this.#newest.index !== this.#shown?.index) subscriber.frame(this.#newest);
  }

  /** Ends the channel for all viewers. */
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

  /** Resets the frames: a restarted dream counts them from 0 again. */
  #restart(): void {
    this.#news.clear();
    this.#shown = undefined;
    this.#early = undefined;
  }

  #tellShot(shot: Shot): void {
    this.#tell((subscriber) => subscriber.frame(shot));
  }

  /** Calls `deliver` for each viewer; a failure affects neither other viewers nor the dream. */
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
