/**
 * The thread that runs networks: onnxruntime's `run()` blocks its thread, so it is never called on the server's.
 * Sessions and tensors live here under numbers; see `engine.ts` for the other side.
 */
import threads from "node:worker_threads";
import type { ElementType } from "../onnx/model.ts";
import { answerCalls } from "../worker_answers.ts";
import type { Answers, HostTensor, Request, SessionSettings, ValueReference } from "./messages.ts";
import ort from "./onnxruntime.ts";
import { firstWorkingProvider, sessionOptions } from "./providers.ts";

// In a Worker, Deno reports Node's main thread. onnxruntime would then shut down its drivers when the Worker ends,
// which crashes a program that exits at the same time.
Object.assign(threads, { isMainThread: false });

const sessions = new Map<number, ort.InferenceSession>();
const values = new Map<number, ort.Tensor>();
let provider = "cpu";
let lastNumber = 0;
let ending = false;

function keep(tensor: ort.Tensor): ValueReference {
  const value = ++lastNumber;
  values.set(value, tensor);
  return { value, type: tensor.type as ElementType, dims: tensor.dims };
}

function toOrt({ type, data, dims }: HostTensor): ort.Tensor {
  return new ort.Tensor(type as "float32", data as Float32Array, dims);
}

function toHost(tensor: ort.Tensor): HostTensor {
  return { type: tensor.type as ElementType, dims: tensor.dims, data: tensor.data as HostTensor["data"] };
}

function valueOf(number: number): ort.Tensor {
  const tensor = values.get(number);
  if (!tensor) throw new Error("the value has been released");
  return tensor;
}

function sessionOf(number: number): ort.InferenceSession {
  const session = sessions.get(number);
  if (!session) throw new Error("the session has been released");
  return session;
}

async function start(providers: string[]): Promise<Answers["start"]> {
  const found = await firstWorkingProvider(providers);
  provider = found.provider;
  return found;
}

async function load(model: Uint8Array, settings: SessionSettings): Promise<Answers["load"]> {
  const session = ++lastNumber;
  sessions.set(session, await ort.InferenceSession.create(model, sessionOptions(provider, settings)));
  return { session };
}

async function run(
  session: number,
  feeds: Record<string, HostTensor | ValueReference>,
): Promise<Answers["run"]> {
  const tensors: Record<string, ort.Tensor> = {};
  for (const [name, feed] of Object.entries(feeds)) {
    tensors[name] = "value" in feed ? valueOf(feed.value) : toOrt(feed);
  }
  const results = await sessionOf(session).run(tensors);
  return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, keep(tensor)]));
}

/** Removes a value and returns its tensor, whose memory is transferred to the other thread instead of copied. */
function take(number: number): HostTensor {
  const tensor = toHost(valueOf(number));
  values.delete(number);
  return tensor;
}

async function unload(number: number): Promise<null> {
  const session = sessionOf(number);
  sessions.delete(number);
  session.endProfiling();
  await session.release();
  return null;
}

async function end(): Promise<null> {
  values.clear();
  for (const session of [...sessions.keys()]) await unload(session);
  return null;
}

async function answer(request: Request): Promise<Answers[keyof Answers]> {
  switch (request.kind) {
    case "start":
      return await start(request.providers);
    case "load":
      return await load(request.model, request.settings);
    case "run":
      return await run(request.session, request.feeds);
    case "put":
      return keep(toOrt(request.tensor));
    case "read":
      return toHost(valueOf(request.value));
    case "take":
      return take(request.value);
    case "release":
      values.delete(request.value);
      return null;
    case "unload":
      return await unload(request.session);
    case "end":
      return await end();
  }
}

answerCalls<Request, Answers[keyof Answers]>({
  answer: (request) => {
    if (ending && request.kind !== "end") throw new Error("the engine has been closed");
    return answer(request);
  },
  moved: (result, { kind }) => kind === "take" ? [(result as HostTensor).data.buffer as ArrayBuffer] : [],
  // A Worker from a pool starts again after its end.
  onCall: ({ kind }) => ending = kind === "end" || (ending && kind !== "start"),
});
