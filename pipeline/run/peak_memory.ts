/**
 * The largest resident memory that this process has had, in bytes. Only Linux records it; elsewhere this is
 * the current value.
 */
export function peakMemory(): number {
  try {
    const status = Deno.readTextFileSync("/proc/self/status");
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
    if (kilobytes) return Number(kilobytes) * 1024;
  } catch {
    // Not Linux.
  }
  return Deno.memoryUsage().rss;
}
