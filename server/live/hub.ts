/** Distributes news and pictures of dreams to their viewers. */
import type { DreamStatus, DreamView } from "../dreams/dream.ts";
import { ReverieError } from "../../pipeline/errors.ts";
import type { RenderedPicture } from "../rendering/job.ts";
import { Channel } from "./channel.ts";
import type { News } from "./news.ts";
import { ended, type Seen, type Sight, sightOf, Sights, type SightTimes } from "./sights.ts";
import type { Ending, Subscriber } from "./subscriber.ts";

/** Number of ended dreams whose last frame is kept for late viewers. */
const endedKept = 4;

const dreamEnded: Ending = { code: 1000, reason: "the dream has ended" };
const serverStops: Ending = { code: 1001, reason: "the server stops" };

/** Whether a dream in this state stays in it. */
export function isEnd(state: DreamStatus): boolean {
  return state === "done" || state === "failed" || state === "cancelled";
}

/**
 * The live side of all dreams. It keeps only the news and picture of each dream's newest frame. Nothing here
 * waits for a viewer, so a slow one delays neither the dream nor other viewers.
 */
export class LiveHub {
  readonly #channels = new Map<string, Channel>();
  /** Ended dreams whose last frame is kept, oldest first. */
  readonly #ended = new Set<string>();
  readonly #sights: Sights;
  readonly #seeListeners: ((id: string, wanted: boolean) => void)[] = [];
  #state: (id: string) => DreamView = (id) => {
    throw new ReverieError("not_found", `there is no dream ${id}`);
  };
  #closed = false;

  constructor(times: SightTimes = {}) {
    this.#sights = new Sights((id, wanted) => {
      for (const listener of this.#seeListeners) listener(id, wanted);
    }, times);
  }

  /**
   * Sets the source of the state that a new viewer receives; it throws a ReverieError if there is no such
   * dream.
   */
  setStateSource(state: (id: string) => DreamView): void {
    this.#state = state;
  }

  /** Sends news to all viewers of a dream. */
  publish(id: string, news: News): void {
    const channel = news.type === "frame" ? this.#opened(id) : this.#channels.get(id);
    channel?.publish(news);
  }

  /** Sends a picture to all viewers of a dream; may come before or after the news of its frame. */
  picture(id: string, picture: RenderedPicture): void {
    this.#opened(id)?.show(picture);
    this.#sights.show(id, picture);
  }

  /** Disconnects the viewers, since the dream is done, failed, cancelled or deleted. */
  end(id: string): void {
    const channel = this.#channels.get(id);
    channel?.end(dreamEnded);
    this.#sights.end(id);
    if (!channel?.picture || !this.#known(id)) this.#channels.delete(id);
    else this.#keepEnded(id);
  }

  /**
   * Adds a viewer to a dream. It receives the dream's state first, then the last frame and its picture, then
   * all further news. After the end of the dream it receives what is left and is disconnected at once.
   * Returns a function to leave.
   *
   * @throws {ReverieError} if there is no such dream, or the server stops
   */
  join(id: string, subscriber: Subscriber): () => void {
    if (this.#closed) throw new ReverieError("busy", "the server stops", { retryAfter: 10 });
    const dream = this.#state(id);
    const tell = (news: News) => subscriber.news(JSON.stringify(news), news);
    tell({ type: "state", dream });
    this.#channels.get(id)?.repeat(subscriber);
    if (isEnd(dream.state)) {
      const last = lastNews(dream);
      if (last) tell(last);
      subscriber.end(dreamEnded);
      return () => {};
    }
    const channel = this.#channel(id);
    channel.subscribers.add(subscriber);
    return () => this.#leave(id, channel, subscriber);
  }

  /**
   * Calls the listener with true when somebody starts to watch a dream's source, flow or mask, and with false
   * when nobody does any more.
   */
  onSee(listener: (id: string, wanted: boolean) => void): void {
    this.#seeListeners.push(listener);
  }

  /**
   * Returns the newest picture of a kind, or waits for the next frame's.
   *
   * @throws {ReverieError} if there is no such dream, no picture comes in time, or too many requests are
   * waiting
   */
  async seen(id: string, what: Sight, signal?: AbortSignal): Promise<Seen> {
    const over = this.#closed || isEnd(this.#state(id).state);
    if (!over && what !== "dream") this.#sights.want(id);
    const seen = sightOf(this.#channels.get(id)?.picture, what);
    if (seen) return seen;
    if (over) throw ended(what);
    return await this.#sights.next(id, what, signal);
  }

  /** Number of viewers, on sockets and on event streams. */
  get sockets(): number {
    return this.#channels.values().reduce((sum, { subscribers }) => sum + subscribers.size, 0);
  }

  /** Returns the undelivered bytes of each viewer. */
  backlog(): number[] {
    return [...this.#channels.values()].flatMap(({ subscribers }) =>
      [...subscribers].map(({ held }) => held)
    );
  }

  /** Disconnects all viewers. */
  close(): void {
    this.#closed = true;
    for (const channel of this.#channels.values()) channel.end(serverStops);
    this.#channels.clear();
    this.#ended.clear();
    this.#sights.close();
  }

  #channel(id: string): Channel {
    return this.#channels.getOrInsertComputed(id, () => new Channel());
  }

  /** Returns a dream's channel; undefined if the dream was deleted, since a picture may arrive late. */
  #opened(id: string): Channel | undefined {
    if (this.#closed) return undefined;
    return this.#channels.get(id) ?? (this.#known(id) ? this.#channel(id) : undefined);
  }

  #leave(id: string, channel: Channel, subscriber: Subscriber): void {
    channel.subscribers.delete(subscriber);
    if (channel.empty && this.#channels.get(id) === channel) this.#channels.delete(id);
  }

  #known(id: string): boolean {
    try {
      this.#state(id);
      return true;
    } catch {
      return false;
    }
  }

  #keepEnded(id: string): void {
    this.#ended.add(id);
    if (this.#ended.size <= endedKept) return;
    const oldest = this.#ended.values().next().value!;
    this.#ended.delete(oldest);
    this.#channels.delete(oldest);
  }
}

/** Returns the final news of a dream; for a cancelled one its state is enough. */
function lastNews(dream: DreamView): News | undefined {
  if (dream.state === "done") return { type: "done", dream };
  if (dream.state === "failed" && dream.error) return { type: "error", error: dream.error, dream };
  return undefined;
}
