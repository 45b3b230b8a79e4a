/** A whole step of BVLC GoogLeNet, compared with its own convolutions and with the same step in PyTorch. */
import { join } from "node:path";
import { isHere } from "../../models/catalog.ts";
import { Engine, type HostTensor } from "../../models/engine/engine.ts";
import type { Network } from "../../models/networks/network.ts";
import { openNetwork } from "../../models/networks/open.ts";
import type { Model } from "../../models/onnx/model.ts";
import { writeTorchFile } from "../reference/torch_file.ts";
import { sharedDataPath } from "../shared_data.ts";
import { median, timed } from "./statistics.ts";
import { hasTorch, TorchStepper } from "./torch.ts";

/** The layer that the measured steps maximise. */
export const googlenetLayer = "inception_4c/output";

/** The network, if it is in the cache or in the shared data. */
export async function findGooglenet(): Promise<Network | undefined> {
  const model = isHere("googlenet") ? "googlenet" : await sharedDataPath("weights/bvlc_googlenet.onnx");
  return model === undefined ? undefined : await openNetwork({ model });
}

/**
 * The median time of a step relative to PyTorch's, both with two threads and in turns; undefined without
 * PyTorch. PyTorch's step omits the smoothing.
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
