/** Runs programs of the repository as a user does: in a separate process, without a terminal. */

const root = new URL("..", import.meta.url);

/** The result of a program. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs deno in the repository's folder until it ends. */
export async function runDeno(args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: root,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

/** Runs a script of the repository with arguments. */
export function runScript(
  script: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Outcome> {
  return runDeno(["run", "--quiet", "--allow-all", script, ...args], env);
}
