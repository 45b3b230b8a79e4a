import type { Value } from "../../models/engine/engine.ts";
import { type ChannelOptions, isRankedOnce, maskName } from "./channels.ts";

/**
 * Says which channels of each layer grow: `inception_4c: 3, 17, 99`.
 *
 * @param masks the ranked channels of every layer in order, `chosen0` …, if they are ranked once
 */
export async function channelLines(
  options: ChannelOptions & { layers: readonly string[] },
  masks: Readonly<Record<string, Value>>,
): Promise<string[]> {
  const { layers, channels, channelMode } = options;
  if (!isRankedOnce(options)) {
    const listed = channels?.join(", ");
    const which = listed === undefined
      ? "all channels"
      : channelMode === "ignore"
      ? `all channels but ${listed}`
      : channelMode === undefined || channelMode === "all"
      ? listed
      : `${listed} channels, chosen before every step`;
    return layers.map((layer) => `${layer}: ${which}`);
  }
  return await Promise.all(layers.map(async (layer, index) => {
    const { data } = await masks[maskName(index)]!.read();
    const chosen = Array.from(data as Float32Array).flatMap((value, channel) => value === 1 ? [channel] : []);
    return `${layer}: ${chosen.join(", ")}`;
  }));
}
