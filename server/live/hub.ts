/** Where news and pictures of dreams come in, and go out to whoever follows them. */
import type { DreamStatus, DreamView } from "../dreams/dream.ts";
import { ReverieError } from "../../pipeline/errors.ts";
import type { RenderedPicture } from "../rendering/job.ts";
import { Channel } from "./channel.ts";
import type { News } from "./news.ts";
import { ended, type Seen, type Sight, sightOf, Sights, type SightTimes } from "./sights.ts";
import type { Ending, Subscriber } from "./subscriber.ts";

/** How many ended dreams' last frames are kept, for those who join late. */
const endedKept = 4;

const dreamEnded: Ending = { code: 1000, reason: "the dream has ended" };
const serverStops: Ending = { code: 1001, reason: "the server stops" };

/** Whether a dream in this state stays as it is. */
export function isEnd(state: DreamStatus): boolean {
  return state === "done" || state === "failed" || state === "cancelled";
}

/**
 * The live side of all dreams. Of each it keeps the newest frame's news and picture and no more; nothing here waits
 * for a follower, so that a slow one costs neither the dream nor the others anything.
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

  /** What is told to who joins; throws a ReverieError for a dream that is not there. */
  setStateSource(state: (id: string) => DreamView): void {
    this.#state = state;
  }

  /** Tells all followers of a dream. */
  publish(id: string, news: News): void {
    const channel = news.type === "frame" ? this.#opened(id) : this.#channels.get(id);
    channel?.publish(news);
  }

  /** Shows a picture to all followers of a dream; before or after the news of its frame. */
  picture(id: string, picture: RenderedPicture): void {
    this.#opened(id)?.show(picture);
    this.#sights.show(id, picture);
  }

  /** Lets the followers go, since no more will come: the dream is done, failed, cancelled or deleted. */
  end(id: string): void {
    const channel = this.#channels.get(id);
    channel?.end(dreamEnded);
    this.#sights.end(id);
    if (!channel?.picture || !this.#known(id)) this.#channels.delete(id);
    else this.#keepEnded(id);
  }

  /**
   * Follows a dream: its state first, then the last frame and its picture, then all that comes. Who joins after the
   * end gets what is left and is let go at once. Returns what to call on leaving. Throws a ReverieError for a dream
   * that is not there.
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

  /** Calls back when somebody begins to look at a dream's source, flow or mask, and when nobody does any more. */
  onSee(listener: (id: string, wanted: boolean) => void): void {
    this.#seeListeners.push(listener);
  }

  /**
   * The newest picture of a kind, or else the next frame's. Rejected with a ReverieError where there is no such dream,
   * or no picture comes in time.
   */
  async seen(id: string, what: Sight, signal?: AbortSignal): Promise<Seen> {
    const over = this.#closed || isEnd(this.#state(id).state);
    if (!over && what !== "dream") this.#sights.want(id);
    const seen = sightOf(this.#channels.get(id)?.picture, what);
    if (seen) return seen;
    if (over) throw ended(what);
    return await this.#sights.next(id, what, signal);
  }

  /** Number of followers, on sockets and on event streams. */
  get sockets(): number {
    return this.#channels.values().reduce((sum, { subscribers }) => sum + subscribers.size, 0);
  }

  /** Bytes kept for each follower that it has not taken yet. */
  backlog(): number[] {
    return [...this.#channels.values()].flatMap(({ subscribers }) =>
      [...subscribers].map(({ held }) => held)
    );
  }

  /** Lets everybody go. */
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

  /** None for a dream that was deleted: a picture may come a little late. */
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

/** What was told when the dream ended; of a cancelled one its state says it all. */
function lastNews(dream: DreamView): News | undefined {
  if (dream.state === "done") return { type: "done", dream };
  if (dream.state === "failed" && dream.error) return { type: "error", error: dream.error, dream };
  return undefined;
}
