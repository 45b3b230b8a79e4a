/**
 * The share of a frame's time that is not gradient ascent. Other stages run beside the dreamer and slow it
 * down, so the time outside the dreamer says too little. Each frame is therefore compared with the same
 * ascent running alone right after the frame, so that other load on the machine affects both.
 */
import { decode } from "../../pipeline/decode.ts";
import { dreamVideo } from "../../pipeline/run/dream_video.ts";
import { probe } from "../../pipeline/ffmpeg/probe.ts";
import type { Parameters } from "../../pipeline/settings/parameters.ts";
import { Rig } from "../../pipeline/run/rig.ts";
import { secondsFor } from "./clip.ts";
import { ascentSettings } from "./stages.ts";
import { timed } from "./statistics.ts";

/** A dream to measure. */
export interface ShareOptions {
  clip: string;
  parameters: Parameters;
  providers: readonly string[];
  /** At least 3. */
  frames: number;
  /** Where the dream is written; the file is kept. */
  output: string;
}

/** Seconds per frame in the pipeline, and in the ascent alone. */
export interface FramePair {
  frame: number;
  ascent: number;
}

/**
 * Dreams the beginning of a clip, frame by frame, and measures the ascent while the pipeline waits for the
 * next request. By then any frames that other stages prepare in advance are ready anyway, as the dreamer is
 * the slowest stage; only the encoder gets a pause that it does not usually have.
 *
 * Frames that inherit no dream are left out, and so is the second, which warms up what the first did not
 * need.
 */
export async function frameAndAscent(options: ShareOptions): Promise<FramePair[]> {
  const { clip, parameters, providers, output } = options;
  const ascent = await AscentAlone.create(options);
  const pairs: FramePair[] = [];
  try {
    const duration = secondsFor(options.frames);
    const events = dreamVideo({ input: clip, output, parameters, providers, duration });
    while (true) {
      const { seconds, result } = await timed(() => events.next());
      if (result.done) return pairs;
      const { value } = result;
      if (value.event !== "frame" || value.visible < parameters.sceneCut) continue;
      const alone = await ascent.measure();
      if (value.index > 1) pairs.push({ frame: seconds, ascent: alone });
    }
  } finally {
    ascent.close();
  }
}

/** A separate dreamer, with a picture to dream on. */
class AscentAlone {
  private constructor(readonly rig: Rig, readonly measure: () => Promise<number>) {}

  static async create({ clip, parameters, providers }: ShareOptions): Promise<AscentAlone> {
    const source = await probe(clip);
    const [first] = await Array.fromAsync(decode(source, { duration: secondsFor(1) }));
    const rig = await Rig.create({ source, parameters, providers });
    const { picture } = await rig.scaler.shrink(first!.rgb);
    const dreamer = await rig.dreamers.for(parameters);
    return new AscentAlone(rig, async () => {
      const { seconds, result } = await timed(() => dreamer.dream(picture, ascentSettings(parameters)));
      if (result.picture !== picture) result.picture.release();
      return seconds;
    });
  }

  close(): void {
    this.rig.close();
  }
}
