import assert from "node:assert/strict";
import { join } from "node:path";
import { probe } from "../../../pipeline/ffmpeg/probe.ts";
import { claimOutputs } from "../../../pipeline/run/claim_outputs.ts";
import { dreamVideo } from "../../../pipeline/run/dream_video.ts";
import { parseParameters } from "../../../pipeline/settings/parameters.ts";
import { draw, drawCard, inFolder, names } from "../clips.ts";
import { smallNetwork } from "../../small_network.ts";

const parameters = parseParameters({
  ...smallNetwork,
  imageSize: 64,
  octaves: 1,
  firstIterations: 0,
  octaveIterations: 0,
});

Deno.test("what one run makes, no other run makes, be it file, HLS or dump", () =>
  inFolder(async (folder) => {
    const path = (name: string) => join(folder, name);
    const source = await probe(await drawCard(folder, { seconds: 1, sound: false }));
    {
      const outputs = { output: path("a.mp4"), hls: path("live"), dump: path("stages") };
      await using _claim = await claimOutputs(outputs, source);
      for (
        const [others, message] of [
          [{ output: path("a.mp4") }, /a\.mp4 is being made by another run/],
          [{ output: path("b.mp4"), hls: path("live") }, /live is being made by another run/],
          [{ output: path("b.mp4"), dump: path("stages") }, /stages is being made by another run/],
        ] as const
      ) {
        await assert.rejects(claimOutputs(others, source), { code: "output_unusable", message });
      }
    }
    await using _next = await claimOutputs(
      { output: path("b.mp4"), hls: path("x"), dump: path("x") },
      source,
    );
    assert.deepEqual(names(path("live")), []);
  }));

Deno.test("a dump replaces an earlier one, but neither the source nor pictures that are not Reverie's", () =>
  inFolder(async (folder) => {
    const path = (...parts: string[]) => join(folder, ...parts);
    const drawing = ["-f", "lavfi", "-i", "testsrc2=size=64x48", "-frames:v", "1"];
    const input = await draw(...drawing, path("in.png"));
    const stages = path("stages");
    const dream = (source: string) =>
      Array.fromAsync(
        dreamVideo({ input: source, output: path("out.png"), dump: stages, providers: ["cpu"], parameters }),
      );
    for (let run = 0; run < 2; run++) assert.equal((await dream(input)).length, 3);
    assert.deepEqual(names(path("stages", "dream")), ["000000.png"]);

    const made = path("stages", "dream", "000000.png");
    const before = await Deno.readFile(made);
    await assert.rejects(dream(made), /000000\.png would be replaced by dump: choose another folder/);
    assert.deepEqual(await Deno.readFile(made), before);

    await Deno.copyFile(input, made);
    await assert.rejects(dream(input), /000000\.png is in the way of dump, and Reverie did not make it/);
    await Deno.remove(made);
    await Deno.symlink(input, made);
    await assert.rejects(dream(input), /would be replaced by dump/);
    assert.deepEqual(names(folder), ["in.png", "out.png", "stages"]);
  }));
