/** The libraries of NVIDIA's that onnxruntime's CUDA provider opens, and where they are on this machine. */
import { existsSync, globSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** A library of CUDA or cuDNN, with the packages that bring it. */
export interface CudaLibrary {
  /** The file's name as the loader asks for it. */
  name: string;
  purpose: string;
  /** Package of PyPI. */
  pip: string;
  /** Package of NVIDIA's repository for Debian and Ubuntu. */
  apt: string;
}

/**
 * In an order in which each finds those that it needs itself. All but the last two are DT_NEEDED entries of
 * libonnxruntime_providers_cuda.so (`readelf -d`); cuDNN is opened with the first session, nvrtc by cuDNN where it
 * compiles at run time. libcufft.so.12 is opened by Fourier transforms alone, which no graph here has.
 */
export const cudaLibraries: readonly CudaLibrary[] = [
  { name: "libcudart.so.13", purpose: "CUDA runtime", pip: "nvidia-cuda-runtime", apt: "cuda-cudart-13-0" },
  { name: "libcublasLt.so.13", purpose: "matrix products", pip: "nvidia-cublas", apt: "libcublas-13-0" },
  { name: "libcublas.so.13", purpose: "matrix products", pip: "nvidia-cublas", apt: "libcublas-13-0" },
  { name: "libcurand.so.10", purpose: "random numbers", pip: "nvidia-curand", apt: "libcurand-13-0" },
  { name: "libnvrtc.so.13", purpose: "compiler for cuDNN", pip: "nvidia-cuda-nvrtc", apt: "cuda-nvrtc-13-0" },
  { name: "libcudnn.so.9", purpose: "convolutions", pip: "nvidia-cudnn-cu13", apt: "libcudnn9-cuda-13" },
];

/** The driver's library. It comes with the driver alone and must fit it. */
export const driverLibrary = "libcuda.so.1";

/** Where a library was found. */
export interface FoundLibrary {
  path: string;
  /** Whether the system's loader looks there by itself. */
  known: boolean;
}

/**
 * Looks for a library without opening it: where the loader looks (LD_LIBRARY_PATH, its cache, the system's folders),
 * then where CUDA's installer, conda and pip put it.
 */
export async function findLibrary(name: string): Promise<FoundLibrary | undefined> {
  const cached = (await loaderCache()).get(name);
  if (cached !== undefined) return { path: cached, known: true };
  const known = firstWith(name, loaderFolders());
  if (known !== undefined) return { path: known, known: true };
  const path = firstWith(name, otherFolders());
  return path === undefined ? undefined : { path, known: false };
}

/**
 * Opens what is here but where the loader would not look, so that the provider gets it by its name. The libraries stay
 * open as long as the thread.
 */
export async function openUnknownLibraries(): Promise<void> {
  for (const { name } of cudaLibraries) {
    const found = await findLibrary(name);
    if (!found || found.known) continue;
    try {
      Deno.dlopen(found.path, {});
    } catch {
      // The provider then says what it lacks.
    }
  }
}

function firstWith(name: string, folders: readonly string[]): string | undefined {
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

function loaderFolders(): string[] {
  const listed = (Deno.env.get("LD_LIBRARY_PATH") ?? "").split(":").filter((folder) => folder !== "");
  return [
    ...listed,
    "/lib/x86_64-linux-gnu",
    "/usr/lib/x86_64-linux-gnu",
    "/lib64",
    "/usr/lib64",
    "/lib",
    "/usr/lib",
  ];
}

function otherFolders(): string[] {
  const conda = Deno.env.get("CONDA_PREFIX");
  const python = [Deno.env.get("VIRTUAL_ENV"), conda, join(homedir(), ".local"), "/usr/local", "/usr"]
    .filter((prefix) => prefix !== undefined && prefix !== "")
    .map((prefix) => `${prefix}/lib/python3*/*-packages/nvidia/*/lib`);
  return [
    ...globSync(["/usr/local/cuda*/lib64", "/usr/local/cuda*/targets/x86_64-linux/lib", "/opt/cuda/lib64"]),
    ...(conda ? [join(conda, "lib")] : []),
    ...globSync(python),
  ];
}

/** What `ldconfig -p` lists, by name. Empty where there is no such program. */
async function loaderCache(): Promise<Map<string, string>> {
  for (const program of ["/sbin/ldconfig", "/usr/sbin/ldconfig"]) {
    if (!existsSync(program)) continue;
    const { stdout } = await new Deno.Command(program, { args: ["-p"], stdin: "null", stderr: "null" })
      .output();
    const lines = new TextDecoder().decode(stdout).matchAll(/^\s*(\S+) \(([^)]*)\) => (\S+)$/gm);
    const fitting = Array.from(lines).filter(([, , kind]) => kind!.includes("x86-64"));
    // The first of a name is the one that is taken.
    return new Map(fitting.toReversed().map(([, name, , path]) => [name!, path!]));
  }
  return new Map();
}
