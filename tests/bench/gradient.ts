/**
 * Compares a gradient step with its own convolutions: the overhead of differentiation, normalisation and the
 * engine over the unavoidable work.
 *
 * Every ratio compares two medians over the runs of one graph, from two successive sessions:
 * - the time of a run as seen by the engine's caller, from an unprofiled session;
 * - the time of its convolutions, from a session profiled by onnxruntime. The profiler writes a record for
 *   each of several hundred kernels, which takes longer than many of the kernels. This would distort the time
 *   of the whole run, but hardly that of the convolutions.
 */
import { inceptionV3 } from "../../models/catalog.ts";
import { Engine, type HostTensor, type Session, type Value } from "../../models/engine/engine.ts";
import { floatTensor, intTensor, type Model } from "../../models/onnx/model.ts";
import { gradientForms } from "../../pipeline/dreamer/dreamer.ts";
import { dreamGradientGraph, stepGraph, type StepOptions } from "../../pipeline/dreamer/step_graph.ts";
import type { Size } from "../../pipeline/graphs/picture.ts";
import { parseParameters } from "../../pipeline/settings/parameters.ts";
import { Random } from "../../pipeline/graphs/random.ts";
import { findGooglenet, googlenetLayer, overTorch } from "./googlenet.ts";
import type { BenchOptions, Detail, Report, Row, Target } from "./part.ts";
import {
  byOperator,
  isConvolution,
  type Kernel,
  kernelsOfRuns,
  mixesChannels,
  secondsOf,
  takeProfile,
} from "./profile.ts";
import { median, timed } from "./statistics.ts";
import { figure } from "./table.ts";

/** Warm-up runs, not counted: they allocate memory, and page faults only stop after the ninth. */
const warmUps = 10;

/** Timings of the runs of one graph. */
interface Measured {
  /** Time of each run, as seen by the engine's caller. */
  seconds: number[];
  /** The kernels of each run of another, profiled session. */
  profiled: Kernel[][];
}

/** Measures the gradient alone and the whole step (jitter, smoothing, normalisation, the step itself). */
export async function gradient({ quick, temporary, say }: BenchOptions): Promise<Report> {
  const size: Size = quick ? { height: 96, width: 128 } : { height: 288, width: 512 };
  const count = quick ? 2 : 15;
  const network = await inceptionV3();
  const options: StepOptions = { ...parseParameters({}), layers: ["mixed4"], forms: gradientForms("cpu") };
  // On a GPU the profile shows when work was submitted, not how long it took.
  using engine = await Engine.start({ providers: ["cpu"] });
  const picture = noise(size);
  const feeds = { picture, shift: intTensor([size.height - 7, 11]), rate: floatTensor([0.01], []) };

  const measure = async (name: string, model: Model, inputs: Record<string, HostTensor>) => {
    say(`${name} at ${size.width}x${size.height}, ${count} runs`);
    return await runs(engine, model, inputs, await Deno.makeTempDir({ dir: temporary }), count);
  };
  const alone = await measure("gradient", dreamGradientGraph(network, size, options), { picture });
  const whole = await measure("whole step", stepGraph(network, size, options), feeds);
  const googlenet = await ofGooglenet({ quick, temporary, say });
  return {
    rows: [...rowsOf("gradient", alone, target), ...rowsOf("whole step", whole), ...googlenet.rows],
    details: [operators("gradient", alone), operators("whole step", whole), ...googlenet.details],
  };
}

/** The whole step of GoogLeNet, counted separately; nothing if the network is not available. */
async function ofGooglenet(
  { quick, temporary, say }: Pick<BenchOptions, "quick" | "temporary" | "say">,
): Promise<Report> {
  const network = await findGooglenet();
  if (!network) {
    say("BVLC GoogLeNet is not here");
    return { rows: [], details: [] };
  }
  const size: Size = quick ? { height: 96, width: 128 } : { height: 384, width: 512 };
  const count = quick ? 2 : 15;
  const options: StepOptions = {
    ...parseParameters({}),
    layers: [googlenetLayer],
    forms: gradientForms("cpu"),
  };
  const step = stepGraph(network, size, options);
  const feeds = {
    picture: noise(size),
    shift: intTensor([size.height - 7, 11]),
    rate: floatTensor([0.01], []),
  };
  const report: Report = { rows: [], details: [] };
  for (const threads of [1, 2]) {
    const what = `GoogLeNet's whole step, ${threads === 1 ? "one thread" : "two threads"}`;
    say(`${what}, at ${size.width}x${size.height}, ${count} runs`);
    await using engine = await Engine.start({ providers: ["cpu"], threads });
    const measured = await runs(engine, step, feeds, await Deno.makeTempDir({ dir: temporary }), count);
    report.rows.push(...rowsOf(what, measured, target));
    report.details.push(operators(what, measured));
  }
  say("the same step in PyTorch, in turns");
  const ratio = await overTorch(network, step, feeds, { temporary, count, warmUps: quick ? 1 : warmUps });
  if (ratio === undefined) say("PyTorch is not here");
  else {
    const what = "GoogLeNet's whole step / the same in PyTorch";
    report.rows.push({ what, measured: ratio, unit: "", target: { atMost: 0.65 } });
  }
  return report;
}

function noise({ height, width }: Size): HostTensor {
  const random = new Random(1);
  const data = Float32Array.from({ length: 3 * height * width }, () => random.below(256) / 255);
  return { type: "float32", dims: [1, 3, height, width], data };
}

/**
 * Runs an unprofiled session, then a profiled one. They do not alternate: a second session evicts the first
 * one's weights from the cache, which slows down the convolutions and makes the ratio look better.
 */
async function runs(
  engine: Engine,
  model: Model,
  feeds: Record<string, HostTensor>,
  folder: string,
  count: number,
): Promise<Measured> {
  // The picture stays with the engine, as between the steps of a dream.
  using picture = await engine.put(feeds.picture!);
  const held = { ...feeds, picture };
  const plain = await engine.load(model);
  const seconds: number[] = [];
  for (let run = 0; run < warmUps + count; run++) seconds.push(await oneRun(plain, held));
  await plain.release();
  const watched = await engine.load(model, { profile: `${folder}/profile` });
  for (let run = 0; run < warmUps + count; run++) await oneRun(watched, held);
  await watched.release();
  const profiled = kernelsOfRuns(await takeProfile(folder));
  if (profiled.length !== seconds.length) {
    throw new Error(`the profile tells of ${profiled.length} runs, there were ${seconds.length}`);
  }
  return { seconds: seconds.slice(warmUps), profiled: profiled.slice(warmUps) };
}

async function oneRun(session: Session, feeds: Record<string, HostTensor | Value>): Promise<number> {
  const { seconds, result } = await timed(() => session.run(feeds));
  for (const value of Object.values(result)) value.release();
  return seconds;
}

/** The overhead that differentiation and everything around it may add to the convolutions. */
const target: Target = { atMost: 1.35 };

/** InceptionV3's target covers forward and backward; the rest of its step is reported beside it. */
function rowsOf(what: string, { seconds, profiled }: Measured, target?: Target): Row[] {
  const ratio = (counts: (kernel: Kernel) => boolean) =>
    median(seconds) / median(profiled.map((kernels) => secondsOf(kernels.filter(counts))));
  return [
    {
      what: `${what} / convolutions of the network and its gradient`,
      measured: ratio(mixesChannels),
      unit: "",
      ...(target && { target }),
    },
    { what: `${what} / all kernels named Conv`, measured: ratio(isConvolution), unit: "" },
  ];
}

/**
 * Milliseconds per operator in a profiled run, averaged over all runs, followed by those of a run without the
 * profiler.
 */
function operators(what: string, { seconds, profiled }: Measured): Detail {
  const kernels = profiled.flat();
  const all = secondsOf(kernels);
  const line = (name: string, count: number, part: number) => [
    name,
    String(Math.round(count / profiled.length)),
    figure(1000 * part / profiled.length),
    (100 * part / all).toFixed(1),
  ];
  return {
    title: `${what}: time by operator`,
    rows: [
      ["operator", "kernels", "ms", "%"],
      ...byOperator(kernels).map(({ operator, count, seconds }) => line(operator, count, seconds)),
      line("all kernels, profiled", kernels.length, all),
      line("one run without the profiler, median", kernels.length, median(seconds) * profiled.length),
    ],
  };
}
