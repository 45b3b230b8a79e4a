/** Converts tensors to pictures for viewing. */
import type { HostTensor } from "../../models/engine/engine.ts";
import { flowColour } from "../../models/flow/colour.ts";

/**
 * A picture with 8 bits per channel: `width * height * channels` bytes, interleaved, row by row from the top.
 */
export interface Picture {
  width: number;
  height: number;
  /** 3 for RGB, 1 for grey. */
  channels: number;
  data: Uint8Array;
}

/** Converts a tensor [1, channels, height, width] in [0, 1] to a picture. */
export function tensorPicture({ dims, data }: HostTensor): Picture {
  const [, channels, height, width] = dims as [number, number, number, number];
  const bytes = new Uint8Array(channels * height * width);
  const plane = height * width;
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < channels; c++) {
      bytes[i * channels + c] = Math.round(255 * Number(data[c * plane + i]));
    }
  }
  return { width, height, channels, data: bytes };
}

/** Draws flow [1, 2, height, width], in pixels, in the colours of Baker et al. 2011. */
export function flowPicture({ dims, data }: HostTensor): Picture {
  const [, , height, width] = dims as [number, number, number, number];
  return { width, height, channels: 3, data: flowColour({ width, height, data: data as Float32Array }) };
}
