/** Tells files apart by what they are rather than by how their paths are spelled. */

/**
 * Whether two paths lead to the same file: through links of either kind, another spelling of a folder, or
 * `/proc/self/fd`. False if one of them is not there.
 */
export async function isSameFile(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([statusOf(one), statusOf(other)]);
  if (!a || !b) return false;
  if (a.ino === null || b.ino === null) return await Deno.realPath(one) === await Deno.realPath(other);
  // Numbers of inodes above 2^53 are rounded, so neighbours may look alike.
  return a.ino === b.ino && a.dev === b.dev && a.size === b.size && a.mtime?.getTime() === b.mtime?.getTime();
}

/** The status of what a path leads to; undefined if nothing can be found there. */
export async function statusOf(path: string): Promise<Deno.FileInfo | undefined> {
  return await Deno.stat(path).catch(() => undefined);
}

/** The status of a path itself, even if it is a link; undefined if the name is free. */
export async function ownStatusOf(path: string): Promise<Deno.FileInfo | undefined> {
  return await Deno.lstat(path).catch(() => undefined);
}
