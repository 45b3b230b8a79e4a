/** Describes errors of the operating system in a few words, without the paths in their messages. */

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EBUSY: "it is in use",
  EDQUOT: "the disk quota is used up",
  EEXIST: "something is in its way",
  EISDIR: "it is a folder",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "the name is too long",
  ENOENT: "it is not there",
  ENOSPC: "the disk is full",
  ENOTDIR: "it is not in a folder",
  EPERM: "permission denied",
  EROFS: "the disk is read-only",
};

/** The system's code for an error, such as `ENOSPC`; undefined if it has none. */
export function systemCode(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" ? code : undefined;
}

/** Whether an error says that the disk is full or the quota is used up. */
export function isDiskFull(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT"].includes(systemCode(error) ?? "");
}

/** Why something failed: a short description of a system error, otherwise the first line of the message. */
export function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) return "this program is not allowed to";
  const code = systemCode(error);
  if (code !== undefined && /^E[A-Z]+$/.test(code)) return reasons[code] ?? code;
  return error instanceof Error ? error.message.split("\n")[0]! : String(error);
}
