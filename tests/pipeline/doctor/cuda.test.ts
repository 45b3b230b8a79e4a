import assert from "node:assert/strict";
import { cudaLibraries, pipFolder } from "../../../models/engine/cuda/runtime_libraries.ts";
import { isHealthy } from "../../../pipeline/doctor/doctor.ts";
import { cudaChecks, type CudaMachine, lookAtCuda, mayWork } from "../../../pipeline/doctor/cuda.ts";

const complete: CudaMachine = {
  supported: true,
  card: true,
  driver: "580.65.06",
  cards: ["NVIDIA H200 (143771 MiB)"],
  driverLibrary: "/usr/lib/x86_64-linux-gnu/libcuda.so.1",
  provider: "/cache/onnxruntime",
  libraries: new Set(cudaLibraries.map(({ name }) => name)),
};

const without = (...names: string[]): CudaMachine => ({
  ...complete,
  libraries: new Set([...complete.libraries].filter((name) => !names.includes(name))),
});

/** The only failed check. */
function lack(machine: CudaMachine) {
  const lacks = cudaChecks(machine).filter(({ state }) => state !== "ok");
  assert.equal(lacks.length, 1, JSON.stringify(lacks));
  assert.equal(mayWork(machine), false);
  return lacks[0]!;
}

Deno.test("a machine without an NVIDIA card hears one line, and is asked for nothing", () => {
  const none = { supported: true, card: false, cards: [], libraries: new Set<string>() };
  for (const machine of [none, { ...none, supported: false }]) {
    const checks = cudaChecks(machine);
    assert.equal(checks.length, 1);
    assert.equal(checks[0]!.advice, undefined);
    assert.equal(isHealthy(checks), true);
    assert.equal(mayWork(machine), false);
  }
});

Deno.test("a machine that has everything is told so, and CUDA is tried", () => {
  const checks = cudaChecks(complete);
  assert.deepEqual(new Set(checks.map(({ state }) => state)), new Set(["ok"]));
  assert.match(checks.find(({ name }) => name === "NVIDIA driver")!.found, /580\.65\.06, NVIDIA H200/);
  assert.equal(mayWork(complete), true);
});

Deno.test("each lack says how to get it", () => {
  assert.match(lack({ ...complete, provider: undefined }).advice!, /deno task cuda/);
  assert.match(lack({ ...complete, driver: undefined, driverLibrary: undefined }).advice!, /driver 580/);
  assert.match(lack({ ...complete, driverLibrary: undefined }).advice!, /libcuda1.*--gpus all/);
  const old = lack({ ...complete, driver: "535.183.01" });
  assert.match(old.found, /too old for CUDA 13/);
});

Deno.test("libraries that are missing stand in one line, with what one types to get them", () => {
  const cudnn = lack(without("libcudnn.so.9"));
  assert.match(cudnn.found, /^missing: libcudnn\.so\.9 \(cuDNN\)$/);
  assert.match(cudnn.advice!, /apt install libcudnn9-cuda-13$/);
  const cublas = lack(without("libcublas.so.13", "libcublasLt.so.13", "libcudart.so.13"));
  assert.match(cublas.found, /libcudart\.so\.13 \(CUDA runtime\), libcublasLt\.so\.13 \(cuBLAS\)/);
  assert.match(cublas.advice!, /apt install cuda-cudart-13-0 libcublas-13-0$/);
  const packages =
    "nvidia-cuda-runtime~=13.0 nvidia-cublas~=13.0 nvidia-curand~=10.4 nvidia-cuda-nvrtc~=13.0 " +
    "nvidia-cudnn-cu13~=9.0";
  for (const { advice } of [cudnn, cublas]) {
    assert.ok(advice!.includes(`pip install --upgrade --target ${pipFolder()} ${packages};`), advice!);
  }
});

Deno.test("a machine without an NVIDIA card hears that it does not need the provider it has", () => {
  const [check] = cudaChecks({ ...complete, card: false });
  assert.match(check!.found, /no NVIDIA card here.*deno task cuda --remove/);
});

Deno.test("WSL has no version of the kernel's driver, which is no lack", () => {
  assert.equal(mayWork({ ...complete, driver: undefined }), true);
});

Deno.test("this machine can be looked at", async () => {
  const machine = await lookAtCuda();
  assert.ok(cudaChecks(machine).length > 0);
  assert.equal(isHealthy(cudaChecks(machine)), true, "CUDA can be done without");
});
