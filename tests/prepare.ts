/**
 * Fetches what the tests need: networks, so that no test waits for a download, and a browser, which npm does
 * not have. On Debian and its relatives the browser is installed if this runs as root, as in a container;
 * elsewhere the tests of the page are ignored with a message.
 */
import { pull } from "../models/catalog.ts";
import { ReverieError } from "../models/errors.ts";
import { findChromium } from "./browser/chromium.ts";

async function run(command: string, ...args: string[]): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(command, {
      args,
      stdin: "null",
      stdout: "null",
      env: { DEBIAN_FRONTEND: "noninteractive" },
    }).output();
    return success;
  } catch {
    return false;
  }
}

async function installChromium(): Promise<boolean> {
  console.log("installing chromium with apt-get, for the tests of the page");
  const install = () => run("apt-get", "install", "--yes", "--no-install-recommends", "chromium");
  return await install() || (await run("apt-get", "update") && await install());
}

if (await findChromium() === undefined) {
  const mayInstall = Deno.build.os === "linux" && Deno.uid() === 0;
  if (!mayInstall || !await installChromium()) {
    console.log("there is no chromium here: the tests of the page are ignored (apt install chromium)");
  }
}

for (const name of ["inception-v3", "mobilefacenet", "dlib-face"]) {
  try {
    await pull(name);
  } catch (error) {
    if (!(error instanceof ReverieError && error.code.startsWith("download_"))) throw error;
    console.log(error.message);
  }
}
