/** The whole corpus, by topic. */
import type { Specimen } from "../specimen.ts";
import { broken } from "./broken.ts";
import { codecs } from "./codecs.ts";
import { containers } from "./containers.ts";
import { awkwardNames } from "./names.ts";
import { orientations } from "./orientations.ts";
import { pictures } from "./pictures.ts";
import { sounds } from "./sounds.ts";
import { streams } from "./streams.ts";
import { times } from "./times.ts";

/** Every input, under the title of its part of the table. */
export const corpus: Record<string, readonly Specimen[]> = {
  containers,
  codecs,
  sounds,
  times,
  orientations,
  streams,
  pictures,
  broken,
  names: awkwardNames,
};
