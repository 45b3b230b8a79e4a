/** Messages as data: each edge (command line, HTTP) puts settings, files and remedies into its own words. */
import { basename } from "node:path";

/** Something the user can do. Each edge puts it into its own words, or leaves it out if it cannot be done there. */
export type Remedy =
  /** Fetch the weights of a network of the catalogue. */
  | { remedy: "fetch"; network: string }
  /** Fetch a network again, or add a file of it. */
  | { remedy: "retry"; network: string }
  /** Add a network from a file that the user has. */
  | { remedy: "add" }
  /** Download the file by hand and put it at `path`. */
  | { remedy: "place"; url: string; path: string }
  /** Give a file as the value of a setting. */
  | { remedy: "nameFile"; field: string }
  /** Look at the layers of a network. */
  | { remedy: "show"; network: string }
  /** Use another execution provider. */
  | { remedy: "provider"; provider: string }
  /** Check the machine (`reverie doctor`). */
  | { remedy: "doctor" }
  /** Install ffmpeg. */
  | { remedy: "installFfmpeg" }
  /** Give another source: any video or picture, the file that a list names, the whole of it, or another one. */
  | { remedy: "give"; source: "any" | "itself" | "whole" | "another" };

/** A part of a message that each edge puts into its own words. */
export type Word =
  /** A setting, optionally with a value. */
  | { field: string; value?: string | number }
  /** A file or folder. Clients on other machines must not see its path. */
  | { path: string }
  /** The place that lists all networks or all settings. */
  | { list: "networks" | "settings" }
  /** What another program says, such as ffmpeg. It means nothing to clients on other machines. */
  | { said: Line }
  | Remedy;

/** A message: plain text, or a sequence of texts and words. */
export type Line = string | readonly (string | Word)[];

/** How an edge puts words into text. */
export interface Spelling {
  field(name: string, value?: string | number): string;
  path(path: string): string;
  list(of: "networks" | "settings"): string;
  /** By default, what the program says. */
  said?(line: Line): string;
  /** Undefined if the remedy is not available at this edge. */
  remedy(remedy: Remedy): string | undefined;
}

/** Template tag that makes a line: `` line`${{ field: "blend" }} must be above ${0}` ``. */
export function line(strings: TemplateStringsArray, ...values: (number | Word | Line)[]): Line {
  return strings.flatMap((string, index) => {
    const value = values[index];
    if (value === undefined) return [string];
    return [string, ...partsOf(typeof value === "number" ? String(value) : value)];
  }).filter((part) => part !== "");
}

/** The texts and words of a line. */
export function partsOf(line: Line | Word): readonly (string | Word)[] {
  return Array.isArray(line) ? line : [line as string | Word];
}

/** A line in an edge's words; undefined if it holds a remedy that is not available there. */
export function spelled(line: Line, spelling: Spelling): string | undefined {
  const parts = partsOf(line).map((part) => typeof part === "string" ? part : spelledWord(part, spelling));
  return parts.includes(undefined) ? undefined : parts.join("");
}

function spelledWord(word: Word, spelling: Spelling): string | undefined {
  if ("remedy" in word) return spelling.remedy(word);
  if ("path" in word) return spelling.path(word.path);
  if ("said" in word) return spelling.said?.(word.said) ?? spelled(word.said, spelling);
  return "list" in word ? spelling.list(word.list) : spelling.field(word.field, word.value);
}

/** For logs: settings by name, files by path, and no remedies, since the reader of a log is unknown. */
export const plainSpelling: Spelling = {
  field: (name, value) => value === undefined ? name : `${name} ${value}`,
  path: (path) => path,
  list: (of) => `the list of ${of}`,
  remedy: () => undefined,
};

/** A line as text for logs. */
export function plain(line: Line): string {
  return spelled(line, plainSpelling) ?? "";
}

/** Names to show instead of paths, by path. */
export type PathNames = Readonly<Record<string, string>>;

/** The line with files called by names instead of paths. */
export function renamed(line: Line, names: PathNames): Line {
  return partsOf(line).map((part) => {
    if (typeof part !== "object") return part;
    if ("said" in part) return { said: renamed(part.said, names) };
    return "path" in part && Object.hasOwn(names, part.path) ? names[part.path]! : part;
  });
}

/** The output of another program as a word, with each of `paths` in it as a word of its own. */
export function saidBy(text: string, paths: readonly string[]): Word {
  return { said: mentioning(text, paths) };
}

/** The output of another program as a line, with each of `paths` in it as a word. */
export function mentioning(text: string, paths: readonly string[]): Line {
  const [path, ...others] = paths.filter((path) => path !== "").toSorted((a, b) => b.length - a.length);
  if (path === undefined) return text;
  return text.split(path).flatMap((part, index) => [
    ...(index > 0 ? [{ path }] : []),
    ...partsOf(mentioning(part, others)),
  ]);
}

/** The last part of a path, which does not reveal the folder. */
export function nameOf(path: string): string {
  return basename(path) || "a folder";
}
