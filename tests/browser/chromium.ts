/** The browser for the tests of the page: Debian's chromium, or the one that `CHROMIUM_PATH` names. */
const candidates = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/** The path of a chromium that starts; undefined if there is none. */
export async function findChromium(): Promise<string | undefined> {
  const chosen = Deno.env.get("CHROMIUM_PATH");
  const folders = (Deno.env.get("PATH") ?? "").split(":").filter((folder) => folder !== "");
  const paths = chosen
    ? [chosen]
    : candidates.flatMap((name) => folders.map((folder) => `${folder}/${name}`));
  for (const path of paths) if (await starts(path)) return path;
  return undefined;
}

async function starts(path: string): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(path, {
      args: ["--version"],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } catch {
    return false;
  }
}
