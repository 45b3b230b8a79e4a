/** An input of the corpus, and what must come of it. */
import type { Properties } from "./result.ts";

/** An input. */
export interface Specimen {
  /** The input's file name. */
  name: string;
  /** What is unusual about it. */
  oddity: string;
  /** Creates it at the given path. */
  make(path: string): Promise<unknown>;
  /** Additional flags of the dream. */
  flags?: readonly string[];
  /** File name of the result; default: `dream.mp4`, or `dream.png` for a picture. */
  result?: string;
  /** Properties of the result that differ from what ffmpeg reads in the input. */
  differs?: Partial<Properties>;
  /** What the program must say besides. */
  says?: RegExp;
  /** If it must be refused: the line that says so. */
  refused?: RegExp;
}
