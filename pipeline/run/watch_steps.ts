/** Reports gradient steps, and keeps pictures of them, while a dream is being made. */
import type { Step } from "../dreamer/dreamer.ts";
import type { SourceInfo } from "../ffmpeg/source_info.ts";
import { tensorPicture } from "../graphs/tensor_picture.ts";
import type { Parameters } from "../settings/parameters.ts";
import { resultComment } from "./result_settings.ts";
import type { StepEvent } from "./events.ts";
import type { Rig } from "./rig.ts";
import { numberedPath, type Series, writePicture } from "./series.ts";

/** Which steps to report and to keep. */
export interface StepOptions {
  output: string;
  parameters: Parameters;
  series?: Series;
  /** One in so many steps of each octave, and the last of one in so many passes. */
  reportSteps?: { everySteps?: number | undefined; everyPasses?: number | undefined } | undefined;
  /** Called with the steps to report. */
  onStep?: ((step: StepEvent) => void) | undefined;
}

/**
 * What to do after every gradient step; undefined if nothing.
 *
 * @param growing whether frames are passes
 */
export function stepWatcher(
  { output, series = {}, reportSteps = {}, onStep, parameters }: StepOptions,
  { kind }: Pick<SourceInfo, "kind">,
  { network }: Pick<Rig, "network">,
  growing: boolean,
): ((step: Step, frame: number) => Promise<void>) | undefined {
  const everyKept = kind === "picture" ? series.steps ?? 0 : 0;
  const { everySteps = 0, everyPasses = 0 } = reportSteps;
  if (everyKept === 0 && everySteps === 0 && everyPasses === 0) return undefined;
  return async (taken, frame) => {
    const { octave, octaves, step, steps, endsPass } = taken;
    const pass = growing ? frame + 1 : taken.pass;
    if (isDue(step, everySteps) || endsPass && isDue(pass, everyPasses)) {
      const loss = Number((await taken.loss.read()).data[0]);
      onStep?.({ event: "step", frame: growing ? 0 : frame, pass, octave, octaves, step, steps, loss });
    }
    if (!isDue(step, everyKept) && !(everyKept > 0 && step === steps)) return;
    const { width, height, data: rgb } = tensorPicture(await taken.picture.read());
    await writePicture({ pts: 0, duration: 1, rgb }, {
      path: numberedPath(output, pass, octave, step),
      ...{ width, height, frameRate: { num: 25, den: 1 } },
      metadata: { comment: resultComment(network, parameters) },
    });
  };
}

function isDue(count: number, every: number): boolean {
  return every > 0 && count % every === 0;
}
