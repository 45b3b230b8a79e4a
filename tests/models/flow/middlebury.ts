import { join } from "node:path";
import { readFlo } from "../../../models/flow/flo.ts";
import type { FlowField, Picture } from "../../../models/flow/flow.ts";
import { type SharedFile, sharedFile } from "../../shared_data.ts";
import { readPicture } from "./read_picture.ts";

/** The pairs of Baker et al. 2011 in the shared data, with the end-point error of OpenCV's DIS medium in pixels. */
export const middlebury = [
  { name: "RubberWhale", opencv: 0.222 },
  { name: "Venus", opencv: 0.390 },
  { name: "Grove3", opencv: 0.853 },
  { name: "Urban2", opencv: 0.650 },
];

/** The folder of a pair in the shared data. */
export function pairFolder(name: string): SharedFile {
  return sharedFile(`flow/${name}`);
}

/** Both pictures of a pair and the true flow from the first to the second. */
export async function readPair(
  name: string,
): Promise<{ previous: Picture; current: Picture; truth: FlowField }> {
  const { path } = pairFolder(name);
  return {
    previous: await readPicture(join(path, "frame10.png")),
    current: await readPicture(join(path, "frame11.png")),
    truth: readFlo(await Deno.readFile(join(path, "flow10.flo"))),
  };
}
