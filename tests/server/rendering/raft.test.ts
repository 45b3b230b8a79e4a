import assert from "node:assert/strict";
import { join } from "node:path";
import type { SomeParameters } from "../../../pipeline/settings/parameters.ts";
import { shippedNetworkPath } from "../../../pipeline/settings/networks.ts";
import { networkNames } from "../../../pipeline/settings/network_names.ts";
import { withEmptyCache } from "../../environment.ts";
import { sharedFile } from "../../shared_data.ts";
import { quick, quickJob, Told, withRenderer } from "./jobs.ts";
import { existsSync } from "node:fs";
import type { ReverieError } from "../../../pipeline/errors.ts";
import { need, testWith } from "../../needs.ts";
import { bodyOf } from "../../../server/errors.ts";

const raftSmall = sharedFile("weights/raft-small.pth");

const source = { width: 1920, height: 1080 };
const small = "raft_small_C_T_V2-01064c6d.pth";

/** The settings, checked for an HD video. */
const wish = (settings: SomeParameters) => ({ parameters: quick(settings), layers: false, source });

/** Asserts that an error is an invalid parameter of the given name, whose message names no folder. */
const refusal = (field: string, expected: RegExp) => (error: ReverieError) => {
  assert.deepEqual([error.code, error.field], ["invalid_parameter", field]);
  const { message } = bodyOf(error);
  assert.match(message, expected);
  assert.doesNotMatch(message, /\//);
  return true;
};

/** Weights shipped with the program take precedence over those in the cache. */
const noneShipped = need(
  networkNames("flow").every((name) => !existsSync(shippedNetworkPath(name))),
  "the program came with weights of RAFT",
);

testWith(noneShipped, "check() refuses RAFT without weights, by the setting that asked for it", async () => {
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

testWith(
  noneShipped,
  "weights that are broken are no fault of the video, and nobody learns where they are",
  async () => {
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
  },
);

testWith(
  raftSmall,
  "pictures that are too large for RAFT within the memory are refused before and at the start",
  async () => {
    await withEmptyCache(async (cache) => {
      await Deno.mkdir(join(cache, "networks"));
      await Deno.copyFile(raftSmall.path, join(cache, "networks", small));
      const refused = refusal(
        "flowSize",
        /^RAFT needs \d\S* GB of memory at .* take 0(\.\d)? GB here: lower flowSize$/,
      );
      await withRenderer(async (renderer, folder) => {
        const large = { flow: "raft", imageSize: 1024, flowSize: 1024 } as const;
        await assert.rejects(renderer.check(wish(large)), refused);
        await renderer.check(wish({ ...large, flowSize: 64 }));
        // The process itself already uses more than that.
        const job = quickJob(folder, { parameters: quick({ flow: "raft", imageSize: 512, flowSize: 512 }) });
        await assert.rejects(renderer.render(job, new Told()).finished, refused);
      }, { memory: 5e8 });
    });
  },
);
