import type { ElementType, Model } from "../onnx/model.ts";
import { writeModel } from "../onnx/write.ts";
import { WorkerCalls } from "../worker_calls.ts";
import { ReverieError } from "../errors.ts";
import { adapted } from "./adapt.ts";
import { automaticProviders } from "./providers.ts";
import type { EnginePool } from "./pool.ts";
import type {
  Answers,
  HostTensor,
  RefusedProvider,
  Request,
  SessionSettings,
  ValueReference,
} from "./messages.ts";

export type { HostTensor } from "./messages.ts";

/** Options of {@link Engine.start}. */
export interface EngineOptions {
  /** Execution providers in order of preference; the first that works here is used. Default: cuda, cpu. */
  providers?: readonly string[];
  /** Threads per operator on the CPU. Default: 0, which means one per physical core. */
  threads?: number;
  /** Where to take the Worker from, and where to leave it when the engine is released. Default: a Worker of its own. */
  pool?: EnginePool | undefined;
}

/** Options of {@link Engine.load}. */
export interface LoadOptions {
  /** Prefix of a profile that onnxruntime writes when the session is released. */
  profile?: string;
}

/**
 * Runs ONNX graphs in a Worker, off the server's thread. A graph's output tensors stay with the engine until they are
 * read or released, so that a chain of graphs moves no pixels through JavaScript.
 *
 * ```ts ignore
 * using engine = await Engine.start();
 * const session = await engine.load(model);
 * const { y } = await session.run({ x: { type: "float32", dims: [1], data: Float32Array.of(2) } });
 * console.log((await y.take()).data);
 * ```
 */
export class Engine {
  readonly #calls: WorkerCalls<Request, Answers>;
  readonly #threads: number;
  readonly #pool: EnginePool | undefined;
  #provider = "";
  #refused: RefusedProvider[] = [];
  #released: Promise<void> | undefined;
  /** Whether the Worker has been left to the pool. */
  #left = false;

  private constructor({ threads = 0, pool }: EngineOptions) {
    this.#threads = threads;
    this.#pool = pool;
    this.#calls = pool?.take() ?? newWorker();
  }

  /**
   * Starts an engine.
   *
   * @throws {ReverieError} if none of the providers works on this machine.
   */
  static async start(options: EngineOptions = {}): Promise<Engine> {
    const providers = [...(options.providers ?? automaticProviders)];
    const engine = new Engine(options);
    try {
      const { provider, refused } = await engine.request({ kind: "start", providers });
      engine.#provider = provider;
      engine.#refused = refused;
      return engine;
    } catch (cause) {
      await engine.release();
      throw new ReverieError(
        "provider_unusable",
        `no execution provider of "${providers.join(",")}" works here (${(cause as Error).message})`,
        { advice: [[{ remedy: "provider", provider: "cpu" }], [{ remedy: "doctor" }]], cause },
      );
    }
  }

  /** The execution provider that runs the graphs. */
  get provider(): string {
    return this.#provider;
  }

  /** Preferred providers that do not work here, with the reasons. */
  get refused(): readonly RefusedProvider[] {
    return this.#refused;
  }

  /**
   * Creates a session for a model. Release it when the video is done.
   *
   * @throws {Error} if onnxruntime refuses the model.
   */
  async load(model: Model, options: LoadOptions = {}): Promise<Session> {
    const settings: SessionSettings = { threads: this.#threads, ...options };
    const bytes = writeModel(adapted(model, this.#provider));
    const { session } = await this.request({ kind: "load", model: bytes, settings }, [bytes.buffer]);
    return new Session(this, session);
  }

  /** Copies a tensor to the engine, to feed it to several runs. */
  async put(tensor: HostTensor): Promise<Value> {
    return new Value(this, await this.request({ kind: "put", tensor }));
  }

  /**
   * Frees all sessions and values, then ends the engine. Pending requests are rejected at once, but the engine waits
   * until the running one has finished. Prefer this to {@link close} in programs that keep running: a terminated Worker
   * does not free onnxruntime's memory.
   */
  release(): Promise<void> {
    return this.#released ??= this.#release();
  }

  /** Ends the engine at once and rejects pending requests. */
  close(): void {
    if (!this.#left) this.#calls.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }

  /** Sends a request to the Worker; `moved` buffers are transferred instead of copied. */
  async request<R extends Request>(request: R, moved: Transferable[] = []): Promise<Answers[R["kind"]]> {
    if (this.#released) throw new Error("the engine has been closed");
    return await this.#calls.call(request, moved);
  }

  async #release(): Promise<void> {
    const drained = await this.#calls.drain({ kind: "end" });
    if (!drained || !this.#pool) return this.#calls.close();
    this.#left = true;
    this.#pool.keep(this.#calls);
  }
}

function newWorker(): WorkerCalls<Request, Answers> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "engine" });
  return new WorkerCalls(worker, "the engine");
}

/** A graph, ready to run. */
export class Session {
  readonly #engine: Engine;
  readonly #number: number;

  /** Only the engine makes sessions. */
  constructor(engine: Engine, number: number) {
    this.#engine = engine;
    this.#number = number;
  }

  /** Runs the graph. Feeds are tensors or values of this engine. Every output is a value that the caller releases. */
  async run<Output extends string = string>(
    feeds: Record<string, HostTensor | Value>,
  ): Promise<Record<Output, Value>> {
    const wire = Object.fromEntries(
      Object.entries(feeds).map(([name, feed]) => [name, feed instanceof Value ? feed.reference : feed]),
    );
    const results = await this.#engine.request({ kind: "run", session: this.#number, feeds: wire });
    return Object.fromEntries(
      Object.entries(results).map(([name, reference]) => [name, new Value(this.#engine, reference)]),
    ) as Record<Output, Value>;
  }

  /** Frees the session's memory. */
  async release(): Promise<void> {
    await this.#engine.request({ kind: "unload", session: this.#number });
  }
}

/** A tensor that lives with the engine. */
export class Value {
  readonly #engine: Engine;
  readonly reference: ValueReference;
  #released = false;

  /** Only the engine makes values. */
  constructor(engine: Engine, reference: ValueReference) {
    this.#engine = engine;
    this.reference = reference;
  }

  get type(): ElementType {
    return this.reference.type;
  }

  get dims(): readonly number[] {
    return this.reference.dims;
  }

  /** Returns a copy of the tensor and keeps the value. */
  read(): Promise<HostTensor> {
    return this.#engine.request({ kind: "read", value: this.reference.value });
  }

  /** Returns the tensor itself, without a copy, and releases the value. */
  take(): Promise<HostTensor> {
    this.#released = true;
    return this.#engine.request({ kind: "take", value: this.reference.value });
  }

  /** Frees the tensor's memory. Calling it again, or after the engine has closed, does nothing. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#engine.request({ kind: "release", value: this.reference.value }).catch(() => {});
  }

  [Symbol.dispose](): void {
    this.release();
  }
}
