/** Runs the program with an extended table of settings: an import map replaces the table by `one_more.ts`. */
import { join } from "node:path";

const root = new URL("../..", import.meta.url);
const table = new URL("pipeline/settings/all.ts", root).href;
const extended = new URL("one_more.ts", import.meta.url).href;

/** Calls with the deno arguments that run `main.ts` with one more setting. */
export async function withOneMore(work: (args: string[]) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "reverie-settings-" });
  const map = join(folder, "imports.json");
  const { imports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  await Deno.writeTextFile(
    map,
    JSON.stringify({
      imports: { ...imports, ...subpaths(imports), [table]: extended },
      // The extension itself imports the program's own table.
      scopes: { [extended]: { [table]: table } },
    }),
  );
  try {
    await work(["run", "--quiet", "--allow-all", "--no-lock", `--import-map=${map}`, "main.ts"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Paths within packages, which deno itself adds to the imports of `deno.json`. */
function subpaths(imports: Record<string, string>): Record<string, string> {
  const entries = Object.entries(imports);
  return Object.fromEntries(entries.map(([name, to]) => [`${name}/`, `${to.replace("npm:", "npm:/")}/`]));
}

/** Calls with the address of a server with one more setting. */
export async function withServerOfOneMore(work: (url: string) => Promise<void>): Promise<void> {
  await withOneMore(async (args) => {
    const data = await Deno.makeTempDir({ prefix: "reverie-server-" });
    const server = new Deno.Command(Deno.execPath(), {
      args: [...args, "serve", "--port", "0", "--data", data, "--provider", "cpu"],
      cwd: root,
      env: { NO_COLOR: "1", REVERIE_OFFLINE: "1" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const address = Promise.withResolvers<string>();
    const heard = listen(server.stderr.pipeThrough(new TextDecoderStream()), address);
    try {
      await work(await address.promise);
    } finally {
      await server[Symbol.asyncDispose]();
      await heard;
      await Deno.remove(data, { recursive: true });
    }
  });
}

/** Reads the server's output to its end; resolves with the address in it. */
async function listen(lines: ReadableStream<string>, address: PromiseWithResolvers<string>): Promise<void> {
  let told = "";
  for await (const part of lines) {
    told += part;
    const [found] = /http:\/\/[^\s/]+/.exec(told) ?? [];
    if (found !== undefined) address.resolve(found);
  }
  address.reject(new Error(`the server did not start: ${told}`));
}
