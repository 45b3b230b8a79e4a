/** A dream as a database row. */
import { defaults, type Parameters, type SomeParameters } from "../../pipeline/settings/parameters.ts";
import type { ErrorBody } from "../errors.ts";
import type { Dream, DreamStatus, ParameterChange, Progress, SourceFacts } from "./dream.ts";

/** A dream with fields that only the server uses. */
export interface StoredDream extends Dream {
  /** All settings at the first frame; `parameters` includes later changes. */
  initial: Parameters;
  /** Whether the playlist exists; `poster` says the same of the poster and its source frame. */
  hls: boolean;
  poster: boolean;
}

/** A dream to be stored. */
export type NewDream =
  & Pick<Dream, "id" | "name" | "created" | "given" | "source" | "preset" | "from" | "duration">
  & { initial: Parameters };

/** Fields of a stored dream that can be updated; null clears a value. */
export interface DreamUpdate {
  state?: DreamStatus;
  started?: string | null;
  finished?: string | null;
  given?: SomeParameters;
  initial?: Parameters;
  progress?: Progress;
  bytes?: number | null;
  error?: ErrorBody | null;
  hls?: boolean;
  poster?: boolean;
}

/** A row of the table `dreams`. */
export interface DreamRow {
  number: number;
  id: string;
  name: string;
  state: DreamStatus;
  place: number;
  created: string;
  started: string | null;
  finished: string | null;
  preset: string | null;
  given: string;
  parameters: string;
  part_from: number | null;
  part_duration: number | null;
  source: string;
  progress: string;
  bytes: number | null;
  error: string | null;
  hls: number;
  poster: number;
}

/** Converts a row to a dream; its changes come from a separate table. */
export function dreamOf(row: DreamRow, changes: ParameterChange[]): StoredDream {
  // A dream stored by an older version lacks the newest settings.
  const initial: Parameters = { ...defaults, ...JSON.parse(row.parameters) };
  return {
    id: row.id,
    name: row.name,
    state: row.state,
    created: row.created,
    ...(row.started !== null && { started: row.started }),
    ...(row.finished !== null && { finished: row.finished }),
    ...(row.preset !== null && { preset: row.preset }),
    given: JSON.parse(row.given),
    parameters: Object.assign({ ...initial }, ...changes.map(({ parameters }) => parameters)),
    changes,
    ...(row.part_from !== null && { from: row.part_from }),
    ...(row.part_duration !== null && { duration: row.part_duration }),
    source: JSON.parse(row.source) as SourceFacts,
    progress: JSON.parse(row.progress) as Progress,
    ...(row.bytes !== null && { bytes: row.bytes }),
    ...(row.error !== null && { error: JSON.parse(row.error) as ErrorBody }),
    initial,
    hls: row.hls === 1,
    poster: row.poster === 1,
  };
}

/** Returns the columns that an update sets, with their values. */
export function columnsOf(update: DreamUpdate): [string, string | number | null][] {
  return Object.entries(update).map(([name, value]) => {
    const column = name === "initial" ? "parameters" : name;
    if (typeof value === "boolean") return [column, value ? 1 : 0];
    return [column, typeof value === "object" && value !== null ? JSON.stringify(value) : value];
  });
}
