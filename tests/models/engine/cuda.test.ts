import assert from "node:assert/strict";
import type { ReverieError } from "../../../models/errors.ts";
import { commandLine } from "../../../pipeline/command_line/spelling.ts";
import { join } from "node:path";
import {
  isCudaPlatform,
  isProviderHere,
  isProviderWhole,
  providerFiles,
  providerFolder,
} from "../../../models/engine/cuda/files.ts";
import { providerPackage, removeProvider } from "../../../models/engine/cuda/install.ts";
import { cudaLibraries, findLibraries, pipFolder } from "../../../models/engine/cuda/runtime_libraries.ts";
import { Engine } from "../../../models/engine/engine.ts";
import { withEmptyCache, withEnvironment } from "../../environment.ts";
import { runDeno, runScript } from "../../run_deno.ts";
import { assertSameDream, assertSameFlow } from "./same_results.ts";
import { cudaRuns } from "./cuda_runs.ts";
import { need, testWith } from "../../needs.ts";

const cudaPlatform = need(isCudaPlatform(), "there is no CUDA provider for this kind of machine");

const cudaTask = (args: string[] = [], env?: Record<string, string>) =>
  runScript("pipeline/terminal/cuda.ts", args, env);

/** Sparse files with the right names and sizes. */
async function pretendProvider(): Promise<void> {
  await Deno.mkdir(providerFolder(), { recursive: true });
  for (const { name, size } of providerFiles) {
    using file = await Deno.create(join(providerFolder(), name));
    await file.truncate(size);
  }
}

/** Calls with a registry that offers the package, but with other bytes in it; reports the requested paths. */
async function withRegistry(use: (url: string, asked: string[]) => Promise<void>): Promise<void> {
  const asked: string[] = [];
  const name = providerPackage.spec.slice(0, providerPackage.spec.lastIndexOf("@"));
  const version = providerPackage.spec.slice(name.length + 1);
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, ({ url }) => {
    const { origin, pathname } = new URL(url);
    asked.push(pathname);
    if (pathname.endsWith(".tgz")) return new Response("something else");
    const dist = { tarball: `${origin}/${name}.tgz`, integrity: providerPackage.integrity };
    return Response.json({
      name,
      "dist-tags": { latest: version },
      versions: { [version]: { name, version, dist } },
    });
  });
  await use(`http://127.0.0.1:${server.addr.port}/`, asked);
}

const filesIn = (folder: string) => Array.from(Deno.readDirSync(folder), ({ name }) => name);

testWith(
  cudaPlatform,
  "a provider that is not what was published is refused, and nothing of it stays",
  async () => {
    await withEmptyCache((cache) =>
      withRegistry(async (registry, asked) => {
        const { code, stderr } = await cudaTask([], { NPM_CONFIG_REGISTRY: registry });
        assert.equal(code, 1);
        assert.match(stderr, /^reverie: .*not what was published \(wrong checksum\).*\n$/);
        assert.ok(asked.some((path) => path.endsWith(".tgz")), `${asked}`);
        assert.deepEqual(filesIn(cache), []);
      })
    );
  },
);

testWith(
  cudaPlatform,
  "a package that has been damaged since it was fetched is not kept either",
  async () => {
    await withEmptyCache((cache) =>
      withRegistry(async (registry) => {
        const name = `${providerPackage.spec}.tgz`;
        await Deno.writeTextFile(join(cache, name), "damaged");
        const { code, stderr } = await cudaTask([], { NPM_CONFIG_REGISTRY: registry });
        assert.equal(code, 1);
        assert.match(stderr, /^reverie: .*not what was published \(wrong checksum\); try again\n$/);
        assert.deepEqual(filesIn(cache), []);
      })
    );
  },
);

testWith(cudaPlatform, "without a connection one line says so", async () => {
  await withEmptyCache(async () => {
    const closed = Deno.listen({ port: 0, hostname: "127.0.0.1" });
    const { port } = closed.addr;
    closed.close();
    const { code, stderr } = await cudaTask([], { NPM_CONFIG_REGISTRY: `http://127.0.0.1:${port}/` });
    assert.equal(code, 1);
    assert.match(stderr, /^reverie: cannot fetch .*cannot be reached; connect to the network once.*\n$/);
  });
});

Deno.test("the provider is known by size, and whole by checksum; --remove takes it away", async () => {
  await withEmptyCache(async () => {
    assert.equal(isProviderHere(), false);
    await pretendProvider();
    assert.equal(isProviderHere(), true);
    assert.equal(await isProviderWhole(), false, "holes are not what was published");
    if (isCudaPlatform()) {
      const first = await cudaTask(["--remove"]);
      assert.equal(first.code, 0, first.stderr);
      assert.match(first.stdout, /has been removed/);
      assert.match((await cudaTask(["--remove"])).stdout, /was no CUDA provider/);
    } else {
      assert.equal(await removeProvider(), true);
    }
    assert.equal(isProviderHere(), false);
  });
});

Deno.test("the task has a help", async () => {
  for (const flag of ["--help", "-h"]) {
    const { code, stdout } = await cudaTask([flag]);
    assert.equal(code, 0);
    assert.match(stdout, /deno task cuda \[--remove\]/);
  }
});

Deno.test("wrong arguments of the task are refused in one line", async () => {
  for (const argument of ["now", "--delete"]) {
    const { code, stderr } = await cudaTask([argument]);
    assert.notEqual(code, 0);
    assert.match(stderr, /^reverie: .*\n$/);
  }
});

testWith(
  cudaPlatform,
  "onnxruntime is opened beside its provider, through a link, and still runs on the processor",
  async () => {
    await withEmptyCache(async () => {
      await pretendProvider();
      const program = `
      import { Engine } from "./models/engine/engine.ts";
      await using engine = await Engine.start({ providers: ["cuda", "cpu"] });
      console.log(engine.provider);`;
      const { code, stdout, stderr } = await runDeno(["eval", "--quiet", program], { LD_DEBUG: "files" });
      assert.equal(code, 0, stderr);
      assert.equal(stdout.trim(), "cpu");
      const looked = `${
        join(providerFolder(), "libonnxruntime_providers_shared.so")
      } [0];  dynamically loaded by `;
      assert.ok(stderr.includes(looked), "glibc's loader tells what it opens");
      const link = join(providerFolder(), "libonnxruntime.so.1");
      assert.match(await Deno.readLink(link), /onnxruntime-node.*libonnxruntime\.so\.1$/);
      assert.equal(filesIn(providerFolder()).length, providerFiles.length + 1);
    });
  },
);

Deno.test("CUDA's libraries are found where the loader looks, and where pip puts them", () =>
  withEmptyCache(async (folder) => {
    const listed = join(folder, "listed"), name = "libreverie_test.so.13";
    const environment = join(folder, "env/lib/python3.11/site-packages/nvidia/cu13/lib");
    const target = join(pipFolder(), "nvidia/cu13/lib");
    const find = async () => (await findLibraries([name, "libnone.so"])).get(name);
    for (const made of [listed, environment, target]) await Deno.mkdir(made, { recursive: true });
    await withEnvironment({ LD_LIBRARY_PATH: listed, VIRTUAL_ENV: join(folder, "env") }, async () => {
      assert.equal(await find(), undefined);
      for (const [put, known] of [[environment, false], [target, false], [listed, true]] as const) {
        await Deno.writeTextFile(join(put, name), "");
        assert.deepEqual(await find(), { path: join(put, name), known });
      }
    });
  }));

testWith(cudaPlatform, "CUDA's libraries stay open when the thread that opened them has ended", async () => {
  await withEmptyCache(async (folder) => {
    await pretendProvider();
    const library = /\S+\/libm[.-]\S*$/m.exec(await Deno.readTextFile("/proc/self/maps"))![0];
    const pip = join(pipFolder(), "nvidia/cu13/lib"), driver = join(folder, "driver");
    for (const made of [pip, driver]) await Deno.mkdir(made, { recursive: true });
    const names = ["libnvrtc.so.13", "libnvrtc-builtins.so.13.0"];
    for (const name of names) await Deno.copyFile(library, join(pip, name));
    const program = `
      import { Engine } from "./models/engine/engine.ts";
      const engine = await Engine.start({ providers: ["cuda", "cpu"] });
      await engine.release();
      console.log(Deno.readTextFileSync("/proc/self/maps"));`;
    const opened = async () => {
      const { stdout } = await runDeno(["eval", "--quiet", program], { LD_LIBRARY_PATH: driver });
      return names.filter((name) => stdout.includes(join(pip, name)));
    };
    assert.deepEqual(await opened(), [], "without a driver nothing is opened");
    await Deno.writeTextFile(join(driver, "libcuda.so.1"), "");
    assert.deepEqual(await opened(), names);
  });
});

Deno.test("where CUDA alone is asked for and cannot run, one line names what is missing", () =>
  withEmptyCache(async () => {
    const asked = Engine.start({ providers: ["cuda"] });
    await assert.rejects(asked, (error: ReverieError) => {
      const message = error.told(commandLine);
      assert.match(
        message,
        /^no execution provider of "cuda" works here \(cuda: this machine lacks .*doctor/,
      );
      if (isCudaPlatform()) assert.match(message, /CUDA provider \(deno task cuda\)/);
      return !message.includes("\n");
    });
  }));

const cuda = await cudaRuns();

// Products of shortened numbers, cuDNN's default, differ more.
const exact = { NVIDIA_TF32_OVERRIDE: "0" };

testWith(
  cuda,
  "CUDA finds the gradients of the processor, and dreams the same",
  () => assertSameDream("cuda", exact),
);

testWith(cuda, "RAFT finds the processor's flow on CUDA", () => assertSameFlow("cuda", exact));

Deno.test("every library of CUDA's comes with the packages that bring it", () => {
  for (const { name, part, pip, apt } of cudaLibraries) {
    assert.match(name, /^lib\w+\.so\.\d+$/);
    assert.notEqual(part, "");
    assert.match(pip, /^nvidia-[a-z0-9-]+~=\d+\.\d+$/);
    assert.match(apt, /-13(-0)?$/);
  }
});
