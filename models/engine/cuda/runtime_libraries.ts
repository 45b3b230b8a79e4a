/** NVIDIA's libraries that onnxruntime's CUDA provider opens, and where they are on this machine. */
import { existsSync, globSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { cacheFolder } from "../../cache.ts";

/** A library of CUDA or cuDNN, with the packages that contain it. */
export interface CudaLibrary {
  /** File name that the loader asks for. */
  name: string;
  /** NVIDIA's name for it. */
  part: string;
  /** PyPI package, with the versions that work. */
  pip: string;
  /** Package in NVIDIA's repository for Debian and Ubuntu. */
  apt: string;
  /** Name prefix of the files that the library itself opens; it finds them only in the loader's folders. */
  opens?: string;
}

/**
 * The libraries, each after those that it depends on. All but the last two are DT_NEEDED entries of
 * libonnxruntime_providers_cuda.so (`readelf -d`); cuDNN is opened with the first session, and nvrtc by cuDNN when it
 * compiles at run time. libcufft.so.12 is only opened by Fourier transforms, which no graph here has.
 */
export const cudaLibraries: readonly CudaLibrary[] = [
  {
    name: "libcudart.so.13",
    part: "CUDA runtime",
    pip: "nvidia-cuda-runtime~=13.0",
    apt: "cuda-cudart-13-0",
  },
  { name: "libcublasLt.so.13", part: "cuBLAS", pip: "nvidia-cublas~=13.0", apt: "libcublas-13-0" },
  { name: "libcublas.so.13", part: "cuBLAS", pip: "nvidia-cublas~=13.0", apt: "libcublas-13-0" },
  { name: "libcurand.so.10", part: "cuRAND", pip: "nvidia-curand~=10.4", apt: "libcurand-13-0" },
  {
    name: "libnvrtc.so.13",
    part: "NVRTC",
    pip: "nvidia-cuda-nvrtc~=13.0",
    apt: "cuda-nvrtc-13-0",
    opens: "libnvrtc-builtins.so.13.",
  },
  { name: "libcudnn.so.9", part: "cuDNN", pip: "nvidia-cudnn-cu13~=9.0", apt: "libcudnn9-cuda-13" },
];

/** The driver's library, which is installed with the driver and must match it. */
export const driverLibrary = "libcuda.so.1";

/** Folder for NVIDIA's packages from `pip install --target`, on a machine whose Python must not be changed. */
export function pipFolder(): string {
  return join(cacheFolder(), "cuda-13");
}

/** Where a library was found. */
export interface FoundLibrary {
  path: string;
  /** Whether the system's loader finds it by itself. */
  known: boolean;
}

/**
 * Looks for libraries without opening them: where the loader looks (LD_LIBRARY_PATH, its cache, the system's
 * folders), then where pip, conda and CUDA's installer put them. Takes a few milliseconds.
 */
export async function findLibraries(names: readonly string[]): Promise<Map<string, FoundLibrary>> {
  const found = new Map<string, FoundLibrary>();
  const listed = listedFolders(), cache = await loaderCache(), others = otherFolders();
  for (const name of names) {
    const known = firstWith(name, listed) ?? cache.get(name) ?? firstWith(name, systemFolders);
    const path = known ?? firstWith(name, others);
    if (path !== undefined) found.set(name, { path, known: known !== undefined });
  }
  return found;
}

/** Those of the driver's and CUDA's libraries that are on this machine, by name. */
export function findCudaLibraries(): Promise<Map<string, FoundLibrary>> {
  return findLibraries([driverLibrary, ...cudaLibraries.map(({ name }) => name)]);
}

/**
 * Opens the libraries that are here but outside of the loader's folders, so that the provider finds them by name.
 * Without a driver nothing is opened, since the provider cannot run.
 */
export async function openUnknownLibraries(): Promise<void> {
  const found = await findCudaLibraries();
  if (!found.has(driverLibrary)) return;
  const paths = cudaLibraries.flatMap(({ name, opens }) => {
    const library = found.get(name);
    if (!library || library.known) return [];
    return [...(opens ? filesBeside(library.path, opens) : []), library.path];
  });
  if (paths.length > 0) openForGood(paths);
}

/** Files in the same folder as `path` whose names begin with `prefix`. */
function filesBeside(path: string, prefix: string): string[] {
  const folder = dirname(path);
  return readdirSync(folder).filter((name) => name.startsWith(prefix)).map((name) => join(folder, name));
}

const RTLD_LAZY = 0x1, RTLD_NODELETE = 0x1000;

/**
 * Opens libraries with glibc's own `dlopen`; they stay open until the process ends. `Deno.dlopen` closes its libraries
 * when the thread ends, and a program whose CUDA libraries are closed during its exit crashes. Libraries that cannot be
 * opened are skipped: the provider then reports what is missing.
 */
function openForGood(paths: readonly string[]): void {
  const glibc = Deno.dlopen("libdl.so.2", { dlopen: { parameters: ["buffer", "i32"], result: "pointer" } });
  try {
    for (const path of paths) {
      glibc.symbols.dlopen(new TextEncoder().encode(`${path}\0`), RTLD_LAZY | RTLD_NODELETE);
    }
  } finally {
    glibc.close();
  }
}

function firstWith(name: string, folders: readonly string[]): string | undefined {
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

function listedFolders(): string[] {
  return (Deno.env.get("LD_LIBRARY_PATH") ?? "").split(":").filter((folder) => folder !== "");
}

const systemFolders = [
  "/lib/x86_64-linux-gnu",
  "/usr/lib/x86_64-linux-gnu",
  "/lib64",
  "/usr/lib64",
  "/lib",
  "/usr/lib",
];

function otherFolders(): string[] {
  const conda = Deno.env.get("CONDA_PREFIX");
  const python = [Deno.env.get("VIRTUAL_ENV"), conda, join(homedir(), ".local"), "/usr/local", "/usr"]
    .filter((prefix) => prefix !== undefined && prefix !== "")
    .map((prefix) => `${prefix}/lib/python3*/*-packages/nvidia/*/lib`);
  return [
    ...globSync(`${pipFolder()}/nvidia/*/lib`),
    ...globSync(python),
    ...(conda ? [join(conda, "lib")] : []),
    ...globSync(["/usr/local/cuda*/lib64", "/usr/local/cuda*/targets/x86_64-linux/lib", "/opt/cuda/lib64"]),
  ];
}

/** Paths that `ldconfig -p` lists, by name. Empty if there is no ldconfig. */
async function loaderCache(): Promise<Map<string, string>> {
  for (const program of ["/sbin/ldconfig", "/usr/sbin/ldconfig"]) {
    if (!existsSync(program)) continue;
    const { stdout } = await new Deno.Command(program, { args: ["-p"], stdin: "null", stderr: "null" })
      .output();
    const lines = new TextDecoder().decode(stdout).matchAll(/^\s*(\S+) \(([^)]*)\) => (\S+)$/gm);
    const fitting = Array.from(lines).filter(([, , kind]) => kind!.includes("x86-64"));
    // The loader uses the first path of a name.
    return new Map(fitting.toReversed().map(([, name, , path]) => [name!, path!]));
  }
  return new Map();
}
