import assert from "node:assert/strict";
import { join } from "node:path";
import { ReverieError } from "../../../models/errors.ts";
import { type DreamJob, dreamVideo } from "../../../pipeline/run/dream_video.ts";
import type { DreamEvent, FrameEvent, StartEvent } from "../../../pipeline/run/events.ts";
import { parseParameters, type SomeParameters } from "../../../pipeline/settings/parameters.ts";
import { withEmptyCache } from "../../environment.ts";
import { sharedFile } from "../../shared_data.ts";
import { draw, inFolder, sharedClip } from "../clips.ts";
import { testWith } from "../../needs.ts";
import { commandLine } from "../../../pipeline/command_line/spelling.ts";
import { smallNetwork } from "../../small_network.ts";

const raftSmall = sharedFile("weights/raft-small.pth");
const flowModel = raftSmall.path;
const [highway, mallard] = [sharedClip("highway.mp4"), sharedClip("mallard.mp4")];

/** As little work per frame as possible. */
const quick: SomeParameters = {
  ...smallNetwork,
  imageSize: 160,
  octaves: 1,
  firstIterations: 2,
  octaveIterations: 1,
  flow: "raft",
  flowSize: 160,
  flowUpdates: 4,
};

async function run(
  input: string,
  output: string,
  settings: SomeParameters,
  rest: Partial<DreamJob> = {},
): Promise<{ start: StartEvent; frames: FrameEvent[] }> {
  const parameters = parseParameters({ ...quick, ...settings });
  const events: DreamEvent[] = [];
  for await (const event of dreamVideo({ input, output, parameters, providers: ["cpu"], ...rest })) {
    events.push(event);
  }
  const [start] = events;
  assert.ok(start?.event === "start");
  return { start, frames: events.filter((event): event is FrameEvent => event.event === "frame") };
}

testWith([raftSmall, highway], "a dream flows along with RAFT", async () => {
  await inFolder(async (folder) => {
    const dream = (name: string) => run(highway.path, join(folder, name), { flowModel }, { duration: 0.2 });
    const { start, frames } = await dream("a.mp4");
    assert.equal(start.flow, "raft-small");
    assert.equal(start.flowReason, undefined);
    assert.equal(frames.length, 6);
    for (const { index, visible, motion } of frames) {
      assert.ok(index === 0 ? visible === 0 : visible > 0.8, `frame ${index}: ${visible} visible`);
      // There is hardly any motion in the clip's frame 3.
      assert.ok(index === 0 || (motion > 0.00005 && motion < 0.05), `frame ${index}: ${motion} motion`);
    }
    const again = await dream("b.mp4");
    const told = ({ loss, visible, motion }: FrameEvent) => ({ loss, visible, motion });
    assert.deepEqual(again.frames.map(told), frames.map(told), "the same again");
  });
});

testWith(
  [raftSmall, highway, mallard],
  "a scene cut is seen, and what comes after it flows as if there had been nothing before",
  async () => {
    await inFolder(async (folder) => {
      const lossless = ["-c:v", "ffv1", "-r", "30", "-an"];
      const part = (clip: string) => ["-t", "0.133", "-i", clip];
      const joined = "[0:v]fps=30[a];[1:v]fps=30[b];[a][b]concat";
      const cut = await draw(
        ...[
          ...part(highway.path),
          ...part(mallard.path),
          "-filter_complex",
          joined,
          ...lossless,
          join(folder, "cut.mkv"),
        ],
      );
      const afterwards = "trim=start_frame=4,setpts=PTS-STARTPTS";
      const alone = await draw("-i", cut, "-vf", afterwards, ...lossless, join(folder, "alone.mkv"));
      const settings = { flowModel };
      const whole = (await run(cut, join(folder, "a.mkv"), settings)).frames;
      const after = (await run(alone, join(folder, "b.mkv"), settings)).frames;
      const changed = whole.length - after.length;
      assert.ok(whole[changed]!.visible < 0.25, `${whole[changed]!.visible} visible at the cut`);
      assert.ok(whole[changed - 1]!.visible > 0.8);
      const flow = ({ visible, motion }: FrameEvent) => ({ visible, motion });
      assert.deepEqual(whole.slice(changed + 1).map(flow), after.slice(1).map(flow));
    });
  },
);

testWith(highway, "RAFT without its weights is refused before anything is fetched or written", async () => {
  await inFolder((folder) =>
    withEmptyCache(async (cache) => {
      await assert.rejects(
        run(highway.path, join(folder, "a.mp4"), { flowModel: "raft-large" }),
        (error) => error instanceof ReverieError && /models pull raft-large/.test(error.told(commandLine)),
      );
      assert.deepEqual([...Deno.readDirSync(folder), ...Deno.readDirSync(cache)], []);
    })
  );
});
