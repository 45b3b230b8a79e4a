import type { News } from "../live/news.ts";
import type { RenderedPicture } from "../rendering/job.ts";
import type { DreamView } from "./dream.ts";

/** Where the dreams publish their news; the part of the live hub that they use. */
export interface NewsHub {
  publish(id: string, news: News): void;
  picture(id: string, picture: RenderedPicture): void;
  /** Ends the news of a dream. */
  end(id: string): void;
  setStateSource(state: (id: string) => DreamView): void;
  onSee(listener: (id: string, wanted: boolean) => void): void;
}
