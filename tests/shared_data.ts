/** The folder of clips, flow pairs and networks that is not part of the project; tests that need it skip without it. */
const sharedData = new URL("../../shared/data/", import.meta.url);

/** The path of a file in the folder of shared data, or undefined (and a plain line saying so) where it is absent. */
export async function sharedDataPath(name: string): Promise<string | undefined> {
  const url = new URL(name, sharedData);
  try {
    await Deno.stat(url);
    return decodeURIComponent(url.pathname);
  } catch {
    console.log(`skipped: ../shared/data/${name} is not here`);
    return undefined;
  }
}

/** The bytes of such a file, or undefined (and a plain line saying so) where it is absent. */
export async function readSharedData(name: string): Promise<Uint8Array | undefined> {
  const path = await sharedDataPath(name);
  return path === undefined ? undefined : await Deno.readFile(path);
}
