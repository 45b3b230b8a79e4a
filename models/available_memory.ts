/** How much memory there still is. */
import { join } from "node:path";

/** Where Linux shows the groups of processes whose memory is limited, as a container's is. */
const groupsFolder = "/sys/fs/cgroup";

/** Bytes that can still be had without other programs being pushed out, within the limit of a container. */
export function availableMemory(): number {
  return Math.min(Deno.systemMemoryInfo().available, groupRoom());
}

/**
 * Bytes that the group of processes which this one belongs to may still take; Infinity where nothing limits it. What
 * Linux would give back at once, files that it has kept, does not count as taken.
 */
export function groupRoom(folder: string = groupsFolder): number {
  const second = join(folder, ownGroup());
  const first = join(folder, "memory");
  return Math.min(
    room(second, "memory.max", "memory.current", "inactive_file"),
    room(first, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
  );
}

/** The group's path in the second version of cgroups; the root where there is none, as within a container. */
function ownGroup(): string {
  return /^0::(.*)$/m.exec(text("/proc/self/cgroup"))?.[1] ?? "";
}

function room(folder: string, limit: string, taken: string, idle: string): number {
  const most = Number.parseInt(text(join(folder, limit)));
  // "max", or no such file.
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
