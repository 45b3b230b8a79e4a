/** Requests from the engine to its Worker, and their answers. */
import type { ElementType, TensorData } from "../onnx/model.ts";

/** A tensor in JavaScript memory: row-major `data` with as many elements as the product of `dims`. */
export interface HostTensor {
  type: ElementType;
  dims: readonly number[];
  data: TensorData;
}

/** A reference, by number, to a tensor in the Worker. */
export interface ValueReference {
  value: number;
  type: ElementType;
  dims: readonly number[];
}

/** Settings of a session. */
export interface SessionSettings {
  /** Threads per operator; 0 leaves the number to onnxruntime (one per physical core). */
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
  /** Frees everything; requests that are still waiting are not processed. */
  | { kind: "end" };

/** The type of the answer to each kind of request. */
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

/** A requested execution provider that cannot run here, and why. */
export interface RefusedProvider {
  provider: string;
  reason: string;
}
