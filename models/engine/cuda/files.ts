/** The two libraries of onnxruntime's CUDA provider: their checksums, their folder, and checks whether they are there. */
import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../../cache.ts";

/** The version of onnxruntime that the libraries belong to. They work with no other: the library checks its version. */
export const runtimeVersion = "1.29.0";

/** A library of onnxruntime's CUDA provider. */
export interface ProviderFile {
  name: string;
  /** In bytes. */
  size: number;
  /** In hex. */
  sha256: string;
}

/** Both libraries, for Linux on x86-64, CUDA 13 and cuDNN 9. */
export const providerFiles: readonly ProviderFile[] = [
  {
    name: "libonnxruntime_providers_shared.so",
    size: 14_632,
    sha256: "c6a12593396095f5670160e284c35d1700b7708cf3037b7042e2a5200ccae772",
  },
  {
    name: "libonnxruntime_providers_cuda.so",
    size: 229_780_440,
    sha256: "56cf3254b118ad837ccc4ed8f6d1b23504bbf7ef91b34cbc0b289cb7f10b3037",
  },
];

/** Whether the CUDA provider exists for this platform. */
export function isCudaPlatform({ os, arch } = Deno.build): boolean {
  return os === "linux" && arch === "x86_64";
}

/** The libraries' own folder in the cache folder. */
export function providerFolder(): string {
  return join(cacheFolder(), `onnxruntime-${runtimeVersion}-cuda-13`);
}

/** Whether both libraries are in the folder with the right sizes. */
export function isProviderHere(folder = providerFolder()): boolean {
  return providerFiles.every(({ name, size }) =>
    statSync(join(folder, name), { throwIfNoEntry: false })?.size === size
  );
}

/** Whether both libraries are in the folder with the published checksums. Reads both files. */
export async function isProviderWhole(folder = providerFolder()): Promise<boolean> {
  if (!isProviderHere(folder)) return false;
  for (const { name, sha256 } of providerFiles) {
    using file = await Deno.open(join(folder, name));
    const hash = createHash("sha256");
    for await (const chunk of file.readable) hash.update(chunk);
    if (hash.digest("hex") !== sha256) return false;
  }
  return true;
}
