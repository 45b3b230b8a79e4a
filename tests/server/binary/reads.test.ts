import assert from "node:assert/strict";
import { join } from "node:path";
import { excluded } from "../../../server/binary/embed.ts";

const project = join(import.meta.dirname!, "..", "..", "..");

/** Parts of the project that are not inside the binary: no code may read them at run time. */
async function unembedded(): Promise<string[]> {
  const kept = [
    "main.ts",
    "deno.json",
    "deno.lock",
    "models",
    "pipeline",
    "server",
    "static",
    "node_modules",
  ];
  const entries = await Array.fromAsync(Deno.readDir(project));
  const beside = entries.map(({ name }) => name).filter((name) => !kept.includes(name));
  return [...beside, ...await excluded(project)].map((path) => join(project, path));
}

/** Starts the server with every permission except reading what the binary does not contain. */
async function startServer(data: string): Promise<{ url: string; stop: () => Promise<void> }> {
  const denied = (await unembedded()).join(",");
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", "--allow-read", `--deny-read=${denied}`, "--allow-write", "--allow-net"],
      ...["--allow-env", "--allow-run", "--allow-sys", "--allow-ffi", "main.ts"],
      ...["serve", "--port", "0", "--data", data],
    ],
    cwd: project,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let told = "";
  for await (
    const text of process.stderr.pipeThrough(new TextDecoderStream()).values({ preventCancel: true })
  ) {
    told += text;
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(told) ?? [];
    if (!url) continue;
    const stop = async () => {
      process.kill("SIGTERM");
      await process.status;
    };
    return { url, stop };
  }
  throw new Error(`the server did not start: ${told}`);
}

Deno.test({
  name: "serving and dreaming read nothing that is not inside the binary",
  // The standard error is left open: the server's messages do not matter once it runs.
  sanitizeResources: false,
  async fn() {
    const data = await Deno.makeTempDir();
    const { url, stop } = await startServer(data);
    try {
      for (const path of ["/", "/app/main.js", "/style/base.css", "/vendor/hls.mjs", "/vendor/tus.min.js"]) {
        const response = await fetch(url + path);
        await response.body?.cancel();
        assert.equal(response.status, 200, path);
      }
      const settings = "imageSize=96&octaves=1&firstIterations=1&octaveIterations=1&duration=0.3";
      const { id } = await (await fetch(`${url}/api/samples?${settings}`, { method: "POST" })).json();
      let dream;
      do {
        await new Promise((resolve) => setTimeout(resolve, 200));
        dream = await (await fetch(`${url}/api/dreams/${id}`)).json();
      } while (["queued", "running"].includes(dream.state));
      assert.equal(dream.state, "done", JSON.stringify(dream.error));
      const video = await fetch(url + dream.links.video);
      assert.ok((await video.arrayBuffer()).byteLength > 1000);
      const preview = await fetch(`${url}/api/preview?dream=${id}&${settings.replace(/&duration.*/, "")}`, {
        method: "POST",
      });
      assert.equal(preview.headers.get("content-type"), "image/jpeg", await preview.clone().text());
      await preview.body?.cancel();
    } finally {
      await stop();
      await Deno.remove(data, { recursive: true });
    }
  },
});
