import { readFlo } from "../../../models/flow/flo.ts";
import type { FlowField, Picture } from "../../../models/flow/flow.ts";
import { readSharedData, sharedDataPath } from "../../shared_data.ts";
import { readPicture } from "./read_picture.ts";

/** The pairs of Baker et al. 2011 in the shared data, with the end-point error of OpenCV's DIS medium in pixels. */
export const middlebury = [
  { name: "RubberWhale", opencv: 0.222 },
  { name: "Venus", opencv: 0.390 },
  { name: "Grove3", opencv: 0.853 },
  { name: "Urban2", opencv: 0.650 },
];

/** Both pictures of a pair and the true flow from the first to the second; undefined where there is no shared data. */
export async function readPair(
  name: string,
): Promise<{ previous: Picture; current: Picture; truth: FlowField } | undefined> {
  const folder = `flow/${name}`;
  const truth = await readSharedData(`${folder}/flow10.flo`);
  const previous = truth && await sharedDataPath(`${folder}/frame10.png`);
  const current = previous && await sharedDataPath(`${folder}/frame11.png`);
  if (!truth || !previous || !current) return undefined;
  return {
    previous: await readPicture(previous),
    current: await readPicture(current),
    truth: readFlo(truth),
  };
}
