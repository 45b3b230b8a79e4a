/** What the engine asks of its Worker, and what is answered. */
import type { ElementType, TensorData } from "../onnx/model.ts";

/** A tensor in JavaScript memory: row-major `data` with as many elements as the product of `dims`. */
export interface HostTensor {
  type: ElementType;
  dims: readonly number[];
  data: TensorData;
}

/** A tensor that stayed in the Worker, by number. */
export interface ValueReference {
  value: number;
  type: ElementType;
  dims: readonly number[];
}

/** What a session is made with besides its model. */
export interface SessionSettings {
  /** Threads that one operator may use; 0 leaves it to onnxruntime (one per physical core). */
  threads: number;
  /** Prefix of a JSON profile, written when the session is released. */
  profile?: string;
}

/** Requests, each with the type of its answer in {@link Answers}. */
export type Request =
  | { kind: "start"; providers: string[] }
  | { kind: "load"; model: Uint8Array; settings: SessionSettings }
  | { kind: "run"; session: number; feeds: Record<string, HostTensor | ValueReference> }
  | { kind: "put"; tensor: HostTensor }
  | { kind: "read"; value: number }
  | { kind: "take"; value: number }
  | { kind: "release"; value: number }
  | { kind: "unload"; session: number }
  /** Frees everything; what waits before it is not done any more. */
  | { kind: "end" };

/** Which answer belongs to which kind of request. */
export interface Answers {
  start: { provider: string; refused: RefusedProvider[] };
  load: { session: number };
  run: Record<string, ValueReference>;
  put: ValueReference;
  read: HostTensor;
  take: HostTensor;
  release: null;
  unload: null;
  end: null;
}

/** An execution provider that was asked for and cannot run here, and why. */
export interface RefusedProvider {
  provider: string;
  reason: string;
}
