/**
 * Checks everything that CUDA needs, without loading any of it: most of it is large, and some may be missing.
 */
import { existsSync, globSync } from "node:fs";
import { isCudaPlatform, isProviderHere, providerFolder } from "../../models/engine/cuda/files.ts";
import {
  cudaLibraries,
  type CudaLibrary,
  driverLibrary,
  findCudaLibraries,
  pipFolder,
} from "../../models/engine/cuda/runtime_libraries.ts";
import type { Check } from "./check.ts";

/** What was found on a machine. */
export interface CudaMachine {
  /** Whether a CUDA provider exists for its platform. */
  supported: boolean;
  /** Whether it has an NVIDIA card, as far as this can be seen without a driver. */
  card: boolean;
  /** Version of the kernel driver, such as 580.65.06. */
  driver?: string | undefined;
  /** Names of the cards and their memory, as reported by nvidia-smi. */
  cards: string[];
  /** Path of libcuda.so.1. */
  driverLibrary?: string | undefined;
  /** The folder of onnxruntime's CUDA provider, if installed. */
  provider?: string | undefined;
  /** Names of the CUDA libraries that are installed. */
  libraries: ReadonlySet<string>;
}

/** The oldest driver version that works with CUDA 13 (NVIDIA's release notes for CUDA 13.0). */
const oldestDriver = 580;

/** What this machine has. Takes a few milliseconds, plus about a second for nvidia-smi if it is installed. */
export async function lookAtCuda(): Promise<CudaMachine> {
  const supported = isCudaPlatform();
  const driver = await driverVersion();
  const wsl = existsSync("/usr/lib/wsl/lib/libcuda.so.1");
  const card = supported && (driver !== undefined || wsl || await hasNvidiaDevice());
  const provider = supported && isProviderHere() ? providerFolder() : undefined;
  if (!card) return { supported, card, cards: [], provider, libraries: new Set() };
  const found = await findCudaLibraries();
  return {
    supported,
    card,
    driver,
    cards: await cardNames(),
    driverLibrary: found.get(driverLibrary)?.path,
    provider,
    libraries: new Set(found.keys()),
  };
}

/**
 * The checks of what CUDA needs. Without an NVIDIA card this is one line without advice. The checks do not
 * tell whether CUDA works: {@link mayWork} tells whether to try.
 */
export function cudaChecks(machine: CudaMachine): Check[] {
  if (!machine.supported) return [quiet("is for Linux on x86-64 alone")];
  if (!machine.card) return [quiet(withoutCard(machine))];
  return [checkDriver(machine), checkProviderFiles(machine), ...checkLibraries(machine)];
}

/** Whether everything is there, so that it makes sense to try CUDA. */
export function mayWork(machine: CudaMachine): boolean {
  return cudaChecks(machine).every(({ state }) => state === "ok");
}

function withoutCard({ provider }: CudaMachine): string {
  const useless = "; onnxruntime's CUDA provider is not needed: deno task cuda --remove takes it away";
  return `no NVIDIA card here${provider === undefined ? "" : useless}`;
}

function quiet(found: string): Check {
  return { name: "provider cuda", state: "lack", found };
}

function checkDriver({ driver, cards, driverLibrary: library }: CudaMachine): Check {
  const name = "NVIDIA driver";
  const install =
    `install NVIDIA's driver ${oldestDriver} or newer (Ubuntu: apt install nvidia-driver-580, ` +
    "Debian: from NVIDIA's repository) and restart";
  if (library === undefined) {
    return driver === undefined
      ? { name, state: "lack", found: "there is an NVIDIA card, but no driver for it", advice: install }
      : {
        name,
        state: "lack",
        found: `${driver}, but ${driverLibrary} is missing`,
        advice: "apt install libcuda1 of the same version; in a container, start it with --gpus all",
      };
  }
  const found = [driver ?? "here", ...cards].join(", ");
  if (driver !== undefined && parseInt(driver) < oldestDriver) {
    return { name, state: "lack", found: `${found}; too old for CUDA 13`, advice: install };
  }
  return { name, state: "ok", found };
}

function checkProviderFiles({ provider }: CudaMachine): Check {
  const name = "CUDA provider";
  if (provider !== undefined) return { name, state: "ok", found: provider };
  const found = "onnxruntime's libraries for CUDA are not here";
  return { name, state: "lack", found, advice: "fetch them (180 MB): deno task cuda" };
}

/** One line for the libraries that are installed, one for those that are missing. */
function checkLibraries({ libraries }: CudaMachine): Check[] {
  const name = "CUDA libraries";
  const here = cudaLibraries.filter((library) => libraries.has(library.name));
  const missing = cudaLibraries.filter((library) => !libraries.has(library.name));
  const checks: Check[] = [];
  if (here.length > 0) checks.push({ name, state: "ok", found: here.map(({ name }) => name).join(", ") });
  if (missing.length > 0) {
    const found = `missing: ${missing.map(({ name, part }) => `${name} (${part})`).join(", ")}`;
    checks.push({ name, state: "lack", found, advice: howToGet(missing) });
  }
  return checks;
}

/**
 * The pip command always lists all libraries: a second `--target` into a folder removes what the first one
 * put there.
 */
function howToGet(missing: readonly CudaLibrary[]): string {
  const pip = new Set(cudaLibraries.map(({ pip }) => pip)), apt = new Set(missing.map(({ apt }) => apt));
  return `with pip (1.1 GB): pip install --upgrade --target ${pipFolder()} ${[...pip].join(" ")}; ` +
    `or from NVIDIA's repository: apt install ${[...apt].join(" ")}`;
}

async function driverVersion(): Promise<string | undefined> {
  const text = await Deno.readTextFile("/proc/driver/nvidia/version").catch(() => "");
  return /\s(\d{3,}\.\d+(\.\d+)?)\s/.exec(text)?.[1];
}

/** Whether the PCI bus has a display device (class 03) of vendor 10de. */
async function hasNvidiaDevice(): Promise<boolean> {
  const read = (path: string) => Deno.readTextFile(path).catch(() => "");
  for (const device of globSync("/sys/bus/pci/devices/*")) {
    if ((await read(`${device}/vendor`)).trim() !== "0x10de") continue;
    if ((await read(`${device}/class`)).startsWith("0x03")) return true;
  }
  return false;
}

async function cardNames(): Promise<string[]> {
  try {
    const { success, stdout } = await new Deno.Command("nvidia-smi", {
      args: ["--query-gpu=name,memory.total", "--format=csv,noheader"],
      stdin: "null",
      stderr: "null",
      signal: AbortSignal.timeout(10_000),
    }).output();
    if (!success) return [];
    const lines = new TextDecoder().decode(stdout).trim().split("\n");
    return lines.map((line) => line.replace(", ", " (") + ")");
  } catch {
    return [];
  }
}
