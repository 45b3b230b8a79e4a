import type { News } from "../live/news.ts";
import type { RenderedPicture } from "../rendering/job.ts";
import type { DreamView } from "./dream.ts";

/** Where the dreams tell what happens; the part of the live hub that they need. */
export interface NewsHub {
  publish(id: string, news: News): void;
  picture(id: string, picture: RenderedPicture): void;
  /** Nothing more is to come. */
  end(id: string): void;
  setStateSource(state: (id: string) => DreamView): void;
  onSee(listener: (id: string, wanted: boolean) => void): void;
}
