/** Finds out why CUDA does not work here: onnxruntime only says that a library could not be loaded. */
import { isCudaPlatform, isProviderHere } from "./files.ts";
import { cudaLibraries, driverLibrary, findCudaLibraries } from "./runtime_libraries.ts";

/** What CUDA needs and is missing here, in words for a sentence; empty if nothing is missing. */
export async function cudaLacks(): Promise<string[]> {
  if (!isCudaPlatform()) return ["an onnxruntime with CUDA for this kind of machine"];
  const found = await findCudaLibraries();
  const parts = Map.groupBy(cudaLibraries.filter(({ name }) => !found.has(name)), ({ part }) => part);
  return [
    ...(found.has(driverLibrary) ? [] : [`NVIDIA's driver (${driverLibrary})`]),
    ...(isProviderHere() ? [] : ["onnxruntime's CUDA provider (deno task cuda)"]),
    ...Array.from(parts, ([part, libraries]) => `${part} (${libraries.map(({ name }) => name).join(", ")})`),
  ];
}
