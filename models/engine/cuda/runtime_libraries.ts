/** The libraries of NVIDIA's that onnxruntime's CUDA provider opens, and where they are on this machine. */
import { existsSync, globSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { cacheFolder } from "../../cache.ts";

/** A library of CUDA or cuDNN, with the packages that bring it. */
export interface CudaLibrary {
  /** The file's name as the loader asks for it. */
  name: string;
  /** What NVIDIA calls it. */
  part: string;
  /** Package of PyPI, with the versions that fit. */
  pip: string;
  /** Package of NVIDIA's repository for Debian and Ubuntu. */
  apt: string;
  /** How the names of those files begin that it opens itself, though it only finds them where the loader looks. */
  opens?: string;
}

/**
 * In an order in which each finds those that it needs itself. All but the last two are DT_NEEDED entries of
 * libonnxruntime_providers_cuda.so (`readelf -d`); cuDNN is opened with the first session, nvrtc by cuDNN where it
 * compiles at run time. libcufft.so.12 is opened by Fourier transforms alone, which no graph here has.
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

/** The driver's library. It comes with the driver alone and must fit it. */
export const driverLibrary = "libcuda.so.1";

/** Where `pip install --target` may put NVIDIA's packages, on a machine whose Python is not to be changed. */
export function pipFolder(): string {
  return join(cacheFolder(), "cuda-13");
}

/** Where a library was found. */
export interface FoundLibrary {
  path: string;
  /** Whether the system's loader looks there by itself. */
  known: boolean;
}

/**
 * Looks for libraries without opening them: where the loader looks (LD_LIBRARY_PATH, its cache, the system's
 * folders), then where pip, conda and CUDA's installer put them. Takes some milliseconds.
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

/** The driver's library and CUDA's, as far as they are here, by name. */
export function findCudaLibraries(): Promise<Map<string, FoundLibrary>> {
  return findLibraries([driverLibrary, ...cudaLibraries.map(({ name }) => name)]);
}

/**
 * Opens what is here but where the loader would not look, so that the provider gets it by its name. Where there is no
 * driver nothing is opened, as the provider cannot run.
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

/** Files in the folder of a file, by how their names begin. */
function filesBeside(path: string, prefix: string): string[] {
  const folder = dirname(path);
  return readdirSync(folder).filter((name) => name.startsWith(prefix)).map((name) => join(folder, name));
}

const RTLD_LAZY = 0x1, RTLD_NODELETE = 0x1000;

/**
 * Opens libraries by glibc's own `dlopen`, until the process ends. What `Deno.dlopen` opens is closed with its thread,
 * and a program crashes that loses CUDA's libraries while it ends. Those that cannot be opened are passed over: the
 * provider then says what it lacks.
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
