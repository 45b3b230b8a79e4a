/** A whole step of BVLC GoogLeNet against its own convolutions, and against the same step in PyTorch. */
import { join } from "node:path";
import { cacheFolder } from "../../models/cache.ts";
import { Engine, type HostTensor } from "../../models/engine/engine.ts";
import type { Network } from "../../models/networks/network.ts";
import type { Model } from "../../models/onnx/model.ts";
import { readModel } from "../../models/onnx/read.ts";
import { writeTorchFile } from "../reference/torch_file.ts";
import { median, timed } from "./statistics.ts";
import { hasTorch, TorchStepper } from "./torch.ts";

/** The layer that steps are measured for. */
export const googlenetLayer = "inception_4c/output";

/** The network, where it is among the shared data or in the cache. */
export async function findGooglenet(): Promise<Network | undefined> {
  const shared = new URL("../../../shared/data/weights/bvlc_googlenet.onnx", import.meta.url);
  for (
    const path of [decodeURIComponent(shared.pathname), join(cacheFolder(), "networks", "googlenet.onnx")]
  ) {
    try {
      return {
        name: "googlenet",
        model: readModel(await Deno.readFile(path)),
        preprocessing: {
          mean: [123 / 255, 117 / 255, 104 / 255],
          scale: [255, 255, 255],
          channelOrder: "bgr",
        },
        defaultLayers: [googlenetLayer],
        minimumSize: 64,
      };
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return undefined;
}

/**
 * The median time of a step over that of PyTorch's, both with two threads and in turns; undefined where there is no
 * PyTorch. PyTorch's step leaves the smoothing out.
 */
export async function overTorch(
  network: Network,
  step: Model,
  feeds: Record<string, HostTensor>,
  { temporary, count, warmUps }: { temporary: string; count: number; warmUps: number },
): Promise<number | undefined> {
  if (!await hasTorch()) return undefined;
  const path = join(temporary, "googlenet.weights");
  await writeTorchFile(path, network.model, [googlenetLayer]);
  const [height, width] = feeds.picture!.dims.slice(2);
  await using torch = new TorchStepper([path, googlenetLayer, `${height}`, `${width}`, "2"]);
  await using engine = await Engine.start({ providers: ["cpu"], threads: 2 });
  const session = await engine.load(step);
  const ours: number[] = [], theirs: number[] = [];
  for (let turn = 0; turn < warmUps + count; turn++) {
    const { seconds, result } = await timed(() => session.run(feeds));
    for (const value of Object.values(result)) value.release();
    ours.push(seconds);
    theirs.push(await torch.step());
  }
  return median(ours.slice(warmUps)) / median(theirs.slice(warmUps));
}
