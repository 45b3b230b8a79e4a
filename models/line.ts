/** Lines for people as data: every edge (command line, HTTP) spells settings, files and remedies in its own words. */
import { basename } from "node:path";

/** Something to do, which each edge words for whoever it speaks to, or leaves out where it cannot be done there. */
export type Remedy =
  /** Fetch the weights of a network of the catalogue. */
  | { remedy: "fetch"; network: string }
  /** Fetch a network once more, or add a file of it. */
  | { remedy: "retry"; network: string }
  /** Add a file of a network that is at hand. */
  | { remedy: "add" }
  /** Fetch a file by hand and put it where it is looked for. */
  | { remedy: "place"; url: string; path: string }
  /** Name a file as the value of a setting. */
  | { remedy: "nameFile"; field: string }
  /** Look at the layers of a network. */
  | { remedy: "show"; network: string }
  /** Take another execution provider. */
  | { remedy: "provider"; provider: string }
  /** Examine the machine. */
  | { remedy: "doctor" }
  /** Install an ffmpeg of one's own. */
  | { remedy: "installFfmpeg" }
  /** Give another source: any video or picture, the file that a list names, the whole of it, or another one. */
  | { remedy: "give"; source: "any" | "itself" | "whole" | "another" };

/** A word that each edge spells in its own language. */
export type Word =
  /** A setting, perhaps with a value that it may be given. */
  | { field: string; value?: string | number }
  /** A file or folder. Whoever does not sit at this machine must not learn where it is. */
  | { path: string }
  /** Where everything of that kind is listed. */
  | { list: "networks" | "settings" }
  | Remedy;

/** A line for people: its text, or text and words by turns. */
export type Line = string | readonly (string | Word)[];

/** How an edge spells words. */
export interface Spelling {
  field(name: string, value?: string | number): string;
  path(path: string): string;
  list(of: "networks" | "settings"): string;
  /** Undefined where the remedy cannot be had at this edge. */
  remedy(remedy: Remedy): string | undefined;
}

/** Puts a line together: `` line`${{ field: "blend" }} must be above ${0}` ``. */
export function line(strings: TemplateStringsArray, ...values: (number | Word | Line)[]): Line {
  return strings.flatMap((string, index) => {
    const value = values[index];
    if (value === undefined) return [string];
    return [string, ...partsOf(typeof value === "number" ? String(value) : value)];
  }).filter((part) => part !== "");
}

/** Text and words of a line. */
export function partsOf(line: Line | Word): readonly (string | Word)[] {
  return Array.isArray(line) ? line : [line as string | Word];
}

/** A line as an edge spells it; undefined where it holds a remedy that cannot be had there. */
export function spelled(line: Line, spelling: Spelling): string | undefined {
  const parts = partsOf(line).map((part) => typeof part === "string" ? part : spelledWord(part, spelling));
  return parts.includes(undefined) ? undefined : parts.join("");
}

function spelledWord(word: Word, spelling: Spelling): string | undefined {
  if ("remedy" in word) return spelling.remedy(word);
  if ("path" in word) return spelling.path(word.path);
  return "list" in word ? spelling.list(word.list) : spelling.field(word.field, word.value);
}

/** For logs: settings by their names, files by their paths, and no remedy, since it is not known who reads them. */
export const plainSpelling: Spelling = {
  field: (name, value) => value === undefined ? name : `${name} ${value}`,
  path: (path) => path,
  list: (of) => `the list of ${of}`,
  remedy: () => undefined,
};

/** A line as logs have it. */
export function plain(line: Line): string {
  return spelled(line, plainSpelling) ?? "";
}

/** Words that stand for paths. */
export type PathNames = Readonly<Record<string, string>>;

/** A line in which files are called by names instead of paths. */
export function renamed(line: Line, names: PathNames): Line {
  return partsOf(line).map((part) =>
    typeof part === "object" && "path" in part && Object.hasOwn(names, part.path) ? names[part.path]! : part
  );
}

/** What another program says, with the paths that it was given as words. */
export function mentioning(text: string, paths: readonly string[]): Line {
  const [path, ...others] = paths.filter((path) => path !== "").toSorted((a, b) => b.length - a.length);
  if (path === undefined) return text;
  return text.split(path).flatMap((part, index) => [
    ...(index > 0 ? [{ path }] : []),
    ...partsOf(mentioning(part, others)),
  ]);
}

/** A path's last part, which tells nothing of where it is. */
export function nameOf(path: string): string {
  return basename(path) || "a folder";
}
