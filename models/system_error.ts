/** Errors of the operating system in a few words, without the paths that their messages hold. */

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EDQUOT: "the disk quota is used up",
  EEXIST: "something is in its way",
  EISDIR: "it is a folder",
  EMFILE: "too many files are open",
  ENOENT: "it is not there",
  ENOSPC: "the disk is full",
  ENOTDIR: "it is not in a folder",
  EPERM: "permission denied",
  EROFS: "the disk is read-only",
};

/** The system's code of an error, such as `ENOSPC`. */
export function systemCode(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" ? code : undefined;
}

/** Whether there is no room left to write to. */
export function isDiskFull(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT"].includes(systemCode(error) ?? "");
}

/** Why something failed: in words of its own for an error of the system, else the first line of its message. */
export function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) return "this program is not allowed to";
  const code = systemCode(error);
  if (code !== undefined && /^E[A-Z]+$/.test(code)) return reasons[code] ?? code;
  return error instanceof Error ? error.message.split("\n")[0]! : String(error);
}
