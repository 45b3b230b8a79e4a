/**
 * onnxruntime, with its telemetry off: official builds from 1.29 on report every session to their maker unless
 * `ORT_DISABLE_TELEMETRY` is set before the first one is made. Everything imports onnxruntime from here.
 */
import { preloaded } from "./cuda/preload.ts";
import ort from "onnxruntime-node";

preloaded?.[Symbol.dispose]();

Deno.env.set("ORT_DISABLE_TELEMETRY", "1");
// Errors arrive as exceptions; the library need not write them to the terminal as well.
ort.env.logLevel = "fatal";

export default ort;
