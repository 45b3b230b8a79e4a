/** How much memory is still available. */
import { join } from "node:path";

/** Where Linux mounts control groups (cgroups), which limit the memory of a container. */
const groupsFolder = "/sys/fs/cgroup";

/** Memory that can still be allocated without swapping, in bytes, within the limit of a container. */
export function availableMemory(): number {
  return Math.min(Deno.systemMemoryInfo().available, groupRoom());
}

/**
 * Memory that the cgroup of this process may still allocate, in bytes; Infinity if there is no limit. Inactive file
 * cache, which Linux reclaims at once, does not count as used.
 */
export function groupRoom(folder: string = groupsFolder): number {
  const second = join(folder, ownGroup());
  const first = join(folder, "memory");
  return Math.min(
    room(second, "memory.max", "memory.current", "inactive_file"),
    room(first, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
  );
}

/** Path of this process's group in cgroups v2; empty (the root) if there is none, as inside a container. */
function ownGroup(): string {
  return /^0::(.*)$/m.exec(text("/proc/self/cgroup"))?.[1] ?? "";
}

function room(folder: string, limit: string, taken: string, idle: string): number {
  const most = Number.parseInt(text(join(folder, limit)));
  // The file says "max" or does not exist.
  if (Number.isNaN(most)) return Infinity;
  const kept = new RegExp(`^${idle} (\\d+)$`, "m").exec(text(join(folder, "memory.stat")))?.[1];
  return Math.max(0, most - Number.parseInt(text(join(folder, taken))) + Number(kept ?? 0));
}

function text(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
