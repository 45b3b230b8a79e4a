/**
 * onnxruntime with telemetry turned off: official builds from 1.29 on report every session to Microsoft unless
 * `ORT_DISABLE_TELEMETRY` is set before the first session is created. All code imports onnxruntime from here.
 */
import { preloaded } from "./cuda/preload.ts";
import ort from "onnxruntime-node";

preloaded?.[Symbol.dispose]();

Deno.env.set("ORT_DISABLE_TELEMETRY", "1");
// Errors arrive as exceptions, so the library does not need to print them as well.
ort.env.logLevel = "fatal";

export default ort;
