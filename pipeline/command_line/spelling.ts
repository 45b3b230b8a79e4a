/** Lines in the language of the command line: settings are flags, files are paths, remedies are commands. */
import { type Line, type Remedy, spelled, type Spelling } from "../../models/line.ts";
import { flagName } from "./flags.ts";

/** Spelling for the command line. */
export const commandLine: Spelling = {
  field: (name, value) => value === undefined ? flagName(name) : `${flagName(name)} ${value}`,
  path: (path) => path,
  list: (of) => of === "networks" ? '"models list"' : "--help",
  remedy,
};

/** A line as text for the terminal. */
export function terminalLine(line: Line): string {
  return spelled(line, commandLine) ?? "";
}

const sources = {
  any: "give a video or picture file",
  itself: "give the video file itself",
  whole: "get the whole file",
  another: "give another file",
} as const;

function remedy(remedy: Remedy): string {
  switch (remedy.remedy) {
    case "fetch":
      return `fetch them with "models pull ${remedy.network}"`;
    case "retry":
      return `models pull ${remedy.network} tries again, models add FILE takes a copy of it`;
    case "add":
      return "take a file of it that you have (.onnx, .pth or .caffemodel): models add FILE";
    case "place":
      return `fetch ${remedy.url} on another machine and put it at ${remedy.path}`;
    case "nameFile":
      return `name a file with ${flagName(remedy.field)}`;
    case "show":
      return `"models show ${remedy.network}" lists what it has`;
    case "provider":
      return `use --provider ${remedy.provider}`;
    case "doctor":
      return "do what the doctor command says";
    case "installFfmpeg":
      return "install ffmpeg of your own (it is found on PATH)";
    case "give":
      return sources[remedy.source];
  }
}
