/**
 * Runs all tests, or those below the given paths: `deno task test tests/server`. Most files run two at a time
 * in one process; the files that other tests would disturb run one by one afterwards.
 */
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Test files that measure time. */
const timed = [
  "tests/browser/camera.test.ts",
  "tests/browser/stream.test.ts",
  "tests/models/engine/engine.test.ts",
  "tests/models/file_download.test.ts",
  "tests/models/flow/trial.test.ts",
  "tests/models/time_limit.test.ts",
  "tests/server/dreams/changes.test.ts",
  "tests/server/http/connections.test.ts",
];

/** Test files that measure the memory, the descriptors or the child processes of the whole process. */
const watching = [
  "tests/pipeline/decode.test.ts",
  "tests/server/live/memory.test.ts",
  "tests/server/rendering/crash.test.ts",
  "tests/server/rendering/descriptors.test.ts",
  "tests/server/uploads/memory.test.ts",
];

/** Whether a file must run alone, because parallel files would disturb it or be disturbed by it. */
async function runsAlone(path: string): Promise<boolean> {
  if ([...timed, ...watching].includes(path)) return true;
  // Environment variables are shared by the whole process.
  return /\/environment\.ts"|Deno\.env\.set/.test(await Deno.readTextFile(`${root}/${path}`));
}

async function testFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${root}/${folder}`)) {
    if (isDirectory) found.push(...await testFiles(`${folder}/${name}`));
    else if (name.endsWith(".test.ts")) found.push(`${folder}/${name}`);
  }
  return found.sort();
}

/** Runs test files; returns the exit code and the summary line. */
async function run(files: string[], ...options: string[]): Promise<{ code: number; summary: string }> {
  if (files.length === 0) return { code: 0, summary: "ok | none" };
  const process = new Deno.Command(Deno.execPath(), {
    args: ["test", "--allow-all", ...options, ...files],
    cwd: root,
    env: { DENO_JOBS: "2", ...Deno.env.toObject() },
    stdout: "piped",
  }).spawn();
  let tail = "";
  for await (const bytes of process.stdout) {
    await writeAll(bytes);
    tail = (tail + new TextDecoder().decode(bytes)).slice(-2000);
  }
  const { code } = await process.status;
  return { code, summary: /^.*\d+ passed.*$/m.exec(tail)?.[0] ?? `no summary, exit status ${code}` };
}

async function writeAll(bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await Deno.stdout.write(bytes.subarray(written));
}

const files = await testFiles("tests");
for (const path of [...timed, ...watching]) {
  if (!files.includes(path)) throw new Error(`tests/all.ts names ${path}, which is not there`);
}
const chosen = Deno.args.length === 0
  ? files
  : files.filter((path) => Deno.args.some((given) => path.startsWith(given.replace(/^\.\//, ""))));
const alone = await Promise.all(chosen.map(runsAlone));
const results = {
  "two at a time": await run(chosen.filter((_, index) => !alone[index]), "--parallel"),
  "one by one": await run(chosen.filter((_, index) => alone[index])),
};
for (const [how, { summary }] of Object.entries(results)) console.log(`${how}: ${summary}`);
if (Object.values(results).some(({ code }) => code !== 0)) Deno.exit(1);
