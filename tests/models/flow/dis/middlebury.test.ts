import assert from "node:assert/strict";
import { middlebury, pairFolder, readPair } from "../middlebury.ts";
import { disPair } from "../../../../models/flow/dis/dis.ts";
import { toGrey } from "../../../../models/flow/dis/grey.ts";
import { endPointError } from "../../../../models/flow/flo.ts";
import { testWith } from "../../../needs.ts";

for (const { name, opencv } of middlebury) {
  testWith(pairFolder(name), `DIS is no worse than OpenCV's DIS medium on ${name}`, async () => {
    const pair = await readPair(name);
    const { forward } = disPair(toGrey(pair.previous), toGrey(pair.current));
    const error = endPointError(forward, pair.truth);
    assert.ok(error <= opencv, `${error} px, OpenCV ${opencv} px`);
  });
}
