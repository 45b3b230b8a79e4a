/** The ffmpeg that builds and measures the corpus: the one on the PATH, which has more encoders than npm's. */

/** Runs a program; returns its standard output. */
async function output(program: string, args: readonly string[]): Promise<Uint8Array> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`${program}: ${new TextDecoder().decode(stderr).trim().split("\n").at(-1)}`);
  return stdout;
}

/**
 * Runs ffmpeg, which overwrites existing files; returns its standard output.
 *
 * @throws {Error} if it fails, for instance because it lacks an encoder
 */
export async function ffmpeg(...args: string[]): Promise<Uint8Array> {
  return await output("ffmpeg", ["-y", "-v", "error", ...args]);
}

/**
 * The same; returns standard output as text.
 *
 * @throws {Error} if it fails
 */
export async function ffmpegText(...args: string[]): Promise<string> {
  return new TextDecoder().decode(await ffmpeg(...args));
}

/**
 * Runs ffprobe; returns its JSON.
 *
 * @throws {Error} if it fails
 */
// deno-lint-ignore no-explicit-any
export async function ffprobe(...args: string[]): Promise<any> {
  return JSON.parse(
    new TextDecoder().decode(await output("ffprobe", ["-v", "error", "-of", "json", ...args])),
  );
}
