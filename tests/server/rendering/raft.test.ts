import assert from "node:assert/strict";
import { join } from "node:path";
import type { ParameterInput } from "../../../pipeline/parameters.ts";
import { flowNetworkNames, shippedNetworkPath } from "../../../pipeline/networks.ts";
import type { ReverieError } from "../../../pipeline/errors.ts";
import { withEmptyCache } from "../../environment.ts";
import { sharedDataPath } from "../../shared_data.ts";
import { quick, quickJob, Told, withRenderer } from "./jobs.ts";
import { bodyOf } from "../../../server/errors.ts";

const source = { width: 1920, height: 1080 };
const small = "raft_small_C_T_V2-01064c6d.pth";

/** The settings, as a check of them for a video in HD. */
const wish = (settings: Partial<ParameterInput>) => ({ parameters: quick(settings), layers: false, source });

/** Says that an error is an invalid parameter of that name, whose message names no folder. */
const refusal = (field: string, expected: RegExp) => (error: ReverieError) => {
  assert.deepEqual([error.code, error.field], ["invalid_parameter", field]);
  const { message } = bodyOf(error);
  assert.match(message, expected);
  assert.doesNotMatch(message, /\//);
  return true;
};

/** Whether the program came with weights of RAFT, which are taken before those of the cache. */
const shipped = () =>
  flowNetworkNames.some((name) => {
    try {
      return Deno.statSync(shippedNetworkPath(name)).isFile;
    } catch {
      return false;
    }
  });

Deno.test("check() refuses RAFT without weights, by the setting that asked for it", async () => {
  if (shipped()) return console.log("skipped: the program came with weights of RAFT");
  await withEmptyCache(() =>
    withRenderer(async (renderer) => {
      await assert.rejects(
        renderer.check(wish({ flow: "raft" })),
        refusal("flow", /"models pull raft-small"$/),
      );
      const large = { flowModel: "raft-large" };
      await assert.rejects(renderer.check(wish(large)), refusal("flowModel", /"models pull raft-large"$/));
      await renderer.check(wish({ ...large, independent: true }));
      await renderer.check(wish({ ...large, flow: "dis" }));
    })
  );
});

Deno.test("weights that are broken are no fault of the video, and nobody learns where they are", async () => {
  if (shipped()) return console.log("skipped: the program came with weights of RAFT");
  await withEmptyCache(async (cache) => {
    await Deno.mkdir(join(cache, "networks"));
    await Deno.writeTextFile(join(cache, "networks", small), "<html>");
    const refused = refusal(
      "flowModel",
      new RegExp(`^the weights of RAFT are not usable: ${small} is neither`),
    );
    await withRenderer(async (renderer, folder) => {
      await assert.rejects(renderer.check(wish({ flow: "raft" })), refused);
      const job = quickJob(folder, { parameters: quick({ flow: "raft" }) });
      await assert.rejects(renderer.render(job, new Told()).finished, refused);
    });
  });
});

Deno.test("pictures that are too large for RAFT within the memory are refused before and at the start", async () => {
  const weights = await sharedDataPath("weights/raft-small.pth");
  if (!weights) return;
  await withEmptyCache(async (cache) => {
    await Deno.mkdir(join(cache, "networks"));
    await Deno.copyFile(weights, join(cache, "networks", small));
    const refused = refusal(
      "flowSize",
      /^RAFT needs \d\S* GB of memory at .* take 0(\.\d)? GB here: lower flowSize$/,
    );
    await withRenderer(async (renderer, folder) => {
      const large = { flow: "raft", imageSize: 1024, flowSize: 1024 } as const;
      await assert.rejects(renderer.check(wish(large)), refused);
      await renderer.check(wish({ ...large, flowSize: 64 }));
      // The process itself takes more than that already.
      const job = quickJob(folder, { parameters: quick({ flow: "raft", imageSize: 512, flowSize: 512 }) });
      await assert.rejects(renderer.render(job, new Told()).finished, refused);
    }, { memory: 5e8 });
  });
});
