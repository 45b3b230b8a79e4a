/** Facts about another process, read from Linux so that measuring does not slow it down. */

/** Resident memory of a process, in bytes. */
export function residentMemory(pid: number): number {
  return kilobytes(pid, "VmRSS") * 1024;
}

/** Peak resident memory of a process in bytes, since {@link forgetPeak} or its start. */
export function peakMemory(pid: number): number {
  return kilobytes(pid, "VmHWM") * 1024;
}

/** Resets the peak to the current resident memory (proc(5), clear_refs). */
export function forgetPeak(pid: number): void {
  Deno.writeTextFileSync(`/proc/${pid}/clear_refs`, "5", { create: false });
}

/** CPU time of a process, in seconds. */
export function processorSeconds(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/stat`);
  // The name in brackets may contain anything; user and system time are the 12th and 13th field after it, in
  // 1/100 s.
  const fields = status.slice(status.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function kilobytes(pid: number, field: string): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const value = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1];
  if (value === undefined) throw new Error(`/proc/${pid}/status does not tell ${field}`);
  return Number(value);
}
