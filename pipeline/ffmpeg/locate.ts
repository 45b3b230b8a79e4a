import { basename, join } from "node:path";
import { cacheFolder, makeWhole } from "../../models/cache.ts";
import { ReverieError } from "../../models/errors.ts";
import { line } from "../../models/line.ts";

/** The two programs that all handling of video files relies on. */
export type ProgramName = "ffmpeg" | "ffprobe";

/** A program that was found and that runs. */
export interface Program {
  name: ProgramName;
  /** The command to start: a path, or the value of the environment variable. */
  path: string;
  /** Where it was found: `FFMPEG_PATH` or `FFPROBE_PATH`, the PATH, or the copy that came from npm. */
  origin: "environment" | "path" | "npm";
  /** First line of its `-version` output. */
  version: string;
}

const variables = { ffmpeg: "FFMPEG_PATH", ffprobe: "FFPROBE_PATH" } as const;
const found = new Map<string, Promise<Program>>();

/**
 * Finds ffmpeg or ffprobe: by the environment variable (`FFMPEG_PATH`, `FFPROBE_PATH`), then on the PATH,
 * then the copy from npm. Takes the first one that actually runs. The result is cached as long as the
 * environment is the same.
 *
 * @throws {ReverieError} if the variable names something that does not run, or if no program is found
 */
export function locate(name: ProgramName): Promise<Program> {
  const key = [name, Deno.env.get(variables[name]), Deno.env.get("PATH")].join("\0");
  let program = found.get(key);
  if (!program) {
    program = search(name);
    found.set(key, program);
    program.catch(() => found.delete(key));
  }
  return program;
}

async function search(name: ProgramName): Promise<Program> {
  const variable = variables[name];
  const wanted = Deno.env.get(variable);
  if (wanted) {
    const version = await versionOf(wanted);
    if (version) return { name, path: wanted, origin: "environment", version };
    throw new ReverieError("ffmpeg_unusable", line`${variable} is ${{ path: wanted }}, which does not run`, {
      advice: [`set it to a working ${name}`, "unset it"],
    });
  }
  for (const path of candidatesInPath(name)) {
    const version = await versionOf(path);
    if (version) return { name, path, origin: "path", version };
  }
  const path = await npmCopy(name);
  const version = path && await versionOf(path);
  if (version) return { name, path, origin: "npm", version };
  throw new ReverieError("ffmpeg_unusable", `${name} was not found`, {
    advice: ["install ffmpeg", `set ${variable} to the program`],
  });
}

/** The first line of `-version`, or undefined if the program cannot be started. */
async function versionOf(path: string): Promise<string | undefined> {
  try {
    const command = new Deno.Command(path, {
      args: ["-version"],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    });
    const { success, stdout } = await command.output();
    const line = new TextDecoder().decode(stdout).split("\n", 1)[0]?.trim();
    return success && line ? line : undefined;
  } catch {
    return undefined;
  }
}

function* candidatesInPath(name: ProgramName): Generator<string> {
  const windows = Deno.build.os === "windows";
  const file = windows ? `${name}.exe` : name;
  for (const folder of (Deno.env.get("PATH") ?? "").split(windows ? ";" : ":")) {
    if (!folder) continue;
    const path = `${folder}/${file}`;
    if (isFile(path)) yield path;
  }
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/**
 * The path of the copy from npm, ready to run; undefined if there is none for this machine. The ffprobe
 * package ships without its executable bit: if the bit cannot be set, the program is copied to the user's
 * cache folder and set there.
 */
export async function npmCopy(name: ProgramName): Promise<string | undefined> {
  try {
    // Imported lazily: on a platform without a copy the packages throw.
    const installer = name === "ffmpeg"
      ? await import("@ffmpeg-installer/ffmpeg")
      : await import("@ffprobe-installer/ffprobe");
    const path: string = installer.default.path;
    const mode = (await Deno.stat(path)).mode;
    if (Deno.build.os === "windows" || mode === null || (mode & 0o111) !== 0) return path;
    return await Deno.chmod(path, 0o755).then(() => path, () => runnableCopy(path));
  } catch {
    return undefined;
  }
}

async function runnableCopy(path: string): Promise<string> {
  return await makeWhole(join(cacheFolder(), "programs", basename(path)), async (folder) => {
    const copy = join(folder, basename(path));
    await Deno.copyFile(path, copy);
    await Deno.chmod(copy, 0o755);
    return copy;
  });
}
