import type { HostTensor, Value } from "../models/engine/engine.ts";

/** A frame and its dream at the working size, float32 [1, 3, h, w] in [0, 1], at full precision. */
export interface DreamedPair<Tensor = Value | HostTensor> {
  picture: Tensor;
  dreamed: Tensor;
}

/**
 * Everything that a frame's dream takes over from earlier frames: with it, and the source, a dream can be
 * resumed. {@link snapshot} converts it to a plain value, which is a valid {@link DreamState}, too.
 */
export interface DreamState {
  /** Index of the next frame. */
  position: number;
  /** State of the random generator. */
  random: number;
  /** The previous frame; absent at the start. */
  previous?: DreamedPair;
}

/** A plain copy of the state between two frames, for `structuredClone` and for files. */
export async function snapshot(state: DreamState): Promise<DreamState> {
  const { position, random, previous } = state;
  if (!previous) return { position, random };
  const [picture, dreamed] = await Promise.all([plain(previous.picture), plain(previous.dreamed)]);
  return { position, random, previous: { picture, dreamed } };
}

async function plain(tensor: Value | HostTensor): Promise<HostTensor> {
  return "read" in tensor ? await tensor.read() : tensor;
}

/** Puts the newest frame into the state and frees the one it replaces. */
export function advance(state: DreamState, pair: DreamedPair, random: number): void {
  for (const tensor of [state.previous?.picture, state.previous?.dreamed]) {
    if (tensor && "release" in tensor) tensor.release();
  }
  state.previous = pair;
  state.random = random;
  state.position++;
}
