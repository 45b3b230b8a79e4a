/** How many connections the process has file descriptors for. */

/** Descriptors kept for everything besides connections: the database, ffmpeg's pipes, networks, logs. */
const reserved = 128;
/** Descriptors of a connection: its socket, and a file that it reads or writes. */
const perConnection = 2;

/**
 * Returns the number of connections that the limit on open files leaves room for; Infinity if the limit is not
 * known.
 */
export function descriptorRoom(limit: number | undefined = openFilesLimit()): number {
  if (limit === undefined) return Infinity;
  return Math.max(8, Math.floor((limit - reserved) / perConnection));
}

/** Returns the process' limit on open files; undefined where the system does not tell it. */
function openFilesLimit(): number | undefined {
  try {
    return parseOpenFilesLimit(Deno.readTextFileSync("/proc/self/limits"));
  } catch {
    return undefined;
  }
}

/** Parses the soft limit on open files in Linux's `/proc/self/limits`; undefined if there is none. */
export function parseOpenFilesLimit(limits: string): number | undefined {
  const soft = /^Max open files\s+(\d+)\s/m.exec(limits)?.[1];
  return soft === undefined ? undefined : Number(soft);
}
