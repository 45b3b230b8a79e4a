/** The stages in a row: how every frame flows, from the source's pixels to the dreamed frame. */
import { ahead } from "./ahead.ts";
import { blend } from "./blend.ts";
import { compose, type ComposedFrame } from "./compose.ts";
import { dream } from "./dream.ts";
import { dump } from "./dump.ts";
import { flowPair } from "./flow.ts";
import type { EncodableFrame } from "./frame.ts";
import { occlusion } from "./occlusion.ts";
import type { Parameters } from "./parameters.ts";
import type { Rig } from "./rig.ts";
import { shrunk } from "./scaler.ts";
import type { DreamState } from "./state.ts";
import { pictureMotion, watch, type Watcher } from "./watch.ts";

/** How frames are dreamed. */
export interface DreamFramesOptions {
  rig: Rig;
  /** Where the random generator starts. */
  seed: number;
  /** The settings of each frame, asked once per frame, before it is blended. */
  settings: (index: number) => Parameters;
  /** How many frames the stages up to flow may be ahead of the dream. */
  framesAhead: number;
  /** Folder for pictures of what the stages made. */
  dump?: string;
  watch?: Watcher;
  signal?: AbortSignal;
}

/** Dreams frames of the rig's source, each with the dream of the one before flowing in. */
export function dreamFrames(
  decoded: AsyncIterable<EncodableFrame & { index: number }>,
  { rig, seed, settings, framesAhead, dump: folder, watch: watcher, signal }: DreamFramesOptions,
): AsyncIterable<ComposedFrame> {
  const state: DreamState = { position: 0, random: seed };
  const current = oncePerFrame(state, settings);
  const stopping = signal ? { signal } : {};

  const flowing = ahead(flowPair(shrunk(decoded, rig.scaler), rig.estimator, signal), framesAhead);
  const checked = occlusion(flowing, rig.check);
  const blended = blend(checked, { blender: rig.blender, state, settings: current });
  const dreamer = (parameters: Parameters) => rig.dreamers.for(parameters);
  const dreamed = dream(blended, { dreamer, state, settings: current, ...stopping });

  const kept = folder === undefined ? dreamed : dump(dreamed, folder);
  if (!watcher) return compose(kept, rig.scaler);
  return watch(compose(pictureMotion(kept, watcher), rig.scaler), watcher, rig.scaler.source);
}

/** All stages see the same settings for one frame, even if they change while it is on its way. */
function oncePerFrame(state: DreamState, settings: (index: number) => Parameters): () => Parameters {
  let asked: { position: number; parameters: Parameters } | undefined;
  return () => {
    if (asked?.position !== state.position) {
      asked = { position: state.position, parameters: settings(state.position) };
    }
    return asked.parameters;
  };
}
