/** Sets environment variables for the duration of one call. */
export async function withEnvironment(
  variables: Record<string, string>,
  call: () => Promise<void>,
): Promise<void> {
  const before = Object.keys(variables).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  try {
    await call();
  } finally {
    for (const [name, value] of before) {
      value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
    }
  }
}

/** Calls with an empty cache folder, so that no earlier download is found; passes the folder on. */
export async function withEmptyCache(call: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "reverie-cache-" });
  try {
    await withEnvironment({ REVERIE_CACHE: folder }, () => call(folder));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
