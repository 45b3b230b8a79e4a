/** How fast a provider computes convolutions, which are most of the work of a dream. */
import type { Engine } from "../../models/engine/engine.ts";
import { GraphBuilder } from "../../models/onnx/build.ts";
import { floatTensor, type Model } from "../../models/onnx/model.ts";

const side = 96, channels = 64, kernel = 3, layers = 2;
/** Operations of one run: a multiplication and an addition for every weight at every pixel. */
const operations = 2 * layers * (channels * kernel * side) ** 2;
/** Seconds to measure for. */
const measuredSeconds = 0.3;
/** If the first run takes at least this many seconds, no further run is measured. */
const patience = 3;

/** Operations per second in single-precision 3x3 convolutions of 64 channels; the fastest of several runs. */
export async function convolutionSpeed(engine: Engine): Promise<number> {
  const session = await engine.load(convolutions());
  const picture = floatTensor(new Float32Array(side * side).fill(0.5), [1, 1, side, side]);
  const run = async () => {
    const start = performance.now();
    const { mean } = await session.run<"mean">({ picture });
    await mean.take();
    return (performance.now() - start) / 1000;
  };
  let fastest = await run();
  // Most providers compile during their first run.
  for (let spent = 0; spent < measuredSeconds && fastest < patience;) {
    const seconds = await run();
    fastest = Math.min(fastest, seconds);
    spent += seconds;
  }
  await session.release();
  return operations / fastest;
}

function convolutions(): Model {
  const g = new GraphBuilder();
  const weights = (into: number, size: number) => {
    const count = into * size ** 2;
    return g.floats(new Float32Array(channels * count).fill(1 / count), [channels, into, size, size]);
  };
  let x = g.conv(g.input("picture", "float32", [1, 1, side, side]), weights(1, 1));
  for (let layer = 0; layer < layers; layer++) {
    x = g.relu(g.conv(x, weights(channels, kernel), "", { pads: [1, 1, 1, 1] }));
  }
  g.output("mean", g.reduceMean(x), "float32");
  return g.build();
}
