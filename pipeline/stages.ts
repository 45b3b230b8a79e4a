/** The chain of stages: how every frame flows from the source's pixels to the dreamed frame. */
import { ahead } from "./ahead.ts";
import { blend } from "./blend.ts";
import { compose, type ComposedFrame } from "./compose.ts";
import { dream, type DreamStageOptions } from "./dream.ts";
import { dump } from "./run/dump.ts";
import { begun } from "./noise.ts";
import { flowPair } from "./flow.ts";
import type { EncodableFrame } from "./frame.ts";
import type { Growth } from "./growth.ts";
import { occlusion } from "./occlusion.ts";
import type { Parameters } from "./settings/parameters.ts";
import type { Rig } from "./run/rig.ts";
import { shrunk } from "./graphs/scaler.ts";
import type { Value } from "../models/engine/engine.ts";
import { StageClock } from "./run/stage_clock.ts";
import type { DreamState } from "./state.ts";
import { pictureMotion } from "./motion_pictures.ts";
import { watch, type Watcher } from "./watch.ts";

/** Options of {@link dreamFrames}. */
export interface DreamFramesOptions {
  rig: Rig;
  /** Seed of the random generator. */
  seed: number;
  /** The settings of each frame, called once per frame, before it is blended. */
  settings: (index: number) => Parameters;
  /** How many frames the stages up to `flow` may be ahead of the dream. */
  framesAhead: number;
  /** Folder for pictures of what the stages made. */
  dump?: string;
  watch?: Watcher;
  /** Carries the dream instead of optical flow, for frames that are passes over one picture. */
  growth?: Growth | undefined;
  /** Called after every gradient step. */
  onStep?: DreamStageOptions<Parameters>["onStep"];
  /** Measures the stages. */
  clock?: StageClock;
  /** Called for every frame with a line per layer that says which channels grow. */
  onChannels?: DreamStageOptions<Parameters>["onChannels"];
  /** Called with every dream, at the working size; not to be released. */
  onDream?: ((dreamed: Value, index: number) => Promise<void>) | undefined;
  signal?: AbortSignal;
}

/** Dreams frames of the rig's source; the dream of each frame flows into the next. */
export function dreamFrames(
  decoded: AsyncIterable<EncodableFrame & { index: number }>,
  options: DreamFramesOptions,
): AsyncIterable<ComposedFrame> {
  const {
    rig,
    seed,
    settings,
    framesAhead,
    dump: folder,
    watch: watcher,
    growth,
    onStep,
    onChannels,
    onDream,
    signal,
  } = options;
  const clock = options.clock ?? new StageClock();
  const state: DreamState = { position: 0, random: seed };
  const current = oncePerFrame(state, settings);
  const stopping = signal ? { signal } : {};

  const small = clock.time("shrink", shrunk(clock.time("decode", decoded), rig.scaler));
  const flowing = ahead(clock.time("flow", flowPair(small, rig.estimator, signal)), framesAhead);
  const waited = clock.time("waiting", flowing);
  const checked = clock.time("occlusion", growth?.zooming(waited) ?? occlusion(waited, rig.check));
  const begins = begun(checked, {
    ...{ engine: rig.engine, working: rig.working, source: rig.scaler.source, meanColour: rig.meanColour },
    ...{ seed, settings: current },
  });
  const blended = clock.time(
    "blend",
    blend(begins, { blender: growth?.blender ?? rig.blender, state, settings: current }),
  );
  const dreamer = (parameters: Parameters) => rig.dreamers.for(parameters);
  const plain = clock.time(
    "dream",
    dream(blended, { dreamer, state, settings: current, onStep, onChannels, ...stopping }),
  );

  const dreamed = onDream ? shown(plain, onDream) : plain;
  const kept = folder === undefined ? dreamed : dump(dreamed, folder);
  if (!watcher) return clock.time("compose", compose(kept, rig.scaler));
  const composed = clock.time("compose", compose(pictureMotion(kept, watcher), rig.scaler));
  return watch(composed, watcher, rig.scaler.source);
}

/** All stages see the same settings for a frame, even if they change while it is being processed. */
function oncePerFrame(state: DreamState, settings: (index: number) => Parameters): () => Parameters {
  let asked: { position: number; parameters: Parameters } | undefined;
  return () => {
    if (asked?.position !== state.position) {
      asked = { position: state.position, parameters: settings(state.position) };
    }
    return asked.parameters;
  };
}

async function* shown<F extends { dreamed: Value; index: number }>(
  frames: AsyncIterable<F>,
  show: (dreamed: Value, index: number) => Promise<void>,
): AsyncGenerator<F> {
  for await (const frame of frames) {
    await show(frame.dreamed, frame.index);
    yield frame;
  }
}
