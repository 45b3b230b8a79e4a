/** The database table of dreams. */
import type { DatabaseSync } from "node:sqlite";
import type { SomeParameters } from "../../pipeline/settings/parameters.ts";
import { isDatabaseFull } from "../errors.ts";
import { openDatabase } from "./database.ts";
import { Reserve } from "./reserve.ts";
import type { DreamStatus, ParameterChange } from "./dream.ts";
import {
  columnsOf,
  dreamOf,
  type DreamRow,
  type DreamUpdate,
  type NewDream,
  type StoredDream,
} from "./dream_row.ts";

interface ChangeRow {
  number: number;
  dream: string;
  frame: number | null;
  at: string;
  parameters: string;
}

/** Opens the database. On a full disk, the reserve is the room that opening needs. */
function openWithRoom(path: string, reserve: Reserve): ReturnType<typeof openDatabase> {
  try {
    return openDatabase(path);
  } catch (error) {
    if (!isDatabaseFull((error as Error).cause) || !reserve.release()) throw error;
    return openDatabase(path);
  }
}

/** Stores the dreams; every method is one transaction. */
export class DreamStore {
  readonly #database: DatabaseSync;
  readonly #reserve: Reserve;
  /** Whether the database was just created. */
  readonly fresh: boolean;

  /**
   * Opens the database in that file.
   *
   * @throws {ReverieError} if the database cannot be used
   */
  constructor(path: string) {
    this.#reserve = new Reserve(`${path}.reserve`);
    ({ database: this.#database, fresh: this.fresh } = openWithRoom(path, this.#reserve));
    this.#reserve.fill();
  }

  /** Takes room on the disk for the next time that it is full. */
  fillReserve(): void {
    this.#reserve.fill();
  }

  /** Adds a dream at the end of the queue. */
  insert({ id, name, created, given, source, preset, from, duration, initial }: NewDream): void {
    this.#run(
      `INSERT INTO dreams
        (id, name, state, place, created, preset, given, parameters, part_from, part_duration, source, progress)
        VALUES (?, ?, 'queued', (SELECT ifnull(max(place), 0) + 1 FROM dreams), ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[id, name, created, preset ?? null, JSON.stringify(given), JSON.stringify(initial)],
      ...[from ?? null, duration ?? null, JSON.stringify(source), JSON.stringify({ frames: 0 })],
    );
  }

  get(id: string): StoredDream | undefined {
    return this.#dreams("WHERE id = ?", id)[0];
  }

  /** Returns all dreams, newest first. */
  list(): StoredDream[] {
    return this.#dreams("ORDER BY number DESC");
  }

  /** Returns the ids of all dreams. */
  ids(): string[] {
    return this.#all<{ id: string }>("SELECT id FROM dreams").map(({ id }) => id);
  }

  /** Returns the queued dreams, the next one first. */
  waiting(): StoredDream[] {
    return this.#dreams("WHERE state = 'queued' ORDER BY place");
  }

  /** Returns the ids of ended dreams and when they ended, the oldest first. */
  ended(): { id: string; finished: string }[] {
    const ended = "state IN ('done', 'failed', 'cancelled')";
    const rows = this.#all<{ id: string; finished: string }>(
      `SELECT id, ifnull(finished, created) AS finished FROM dreams WHERE ${ended} ORDER BY 2, number`,
    );
    return rows.map(({ id, finished }) => ({ id, finished }));
  }

  /** Returns the `count` dreams that finished last, newest first. */
  lastDone(count: number): StoredDream[] {
    return this.#dreams("WHERE state = 'done' ORDER BY finished DESC LIMIT ?", count);
  }

  counts(): Record<DreamStatus, number> {
    const counts = { queued: 0, running: 0, done: 0, failed: 0, cancelled: 0 };
    const rows = this.#all<{ state: DreamStatus; count: number }>(
      "SELECT state, count(*) AS count FROM dreams GROUP BY state",
    );
    for (const { state, count } of rows) counts[state] = count;
    return counts;
  }

  /** Takes the next dream from the queue and marks it as running. */
  claim(started: string): StoredDream | undefined {
    const [row] = this.#all<{ id: string }>(
      `UPDATE dreams SET state = 'running', started = ?, progress = '{"frames":0}', hls = 0
        WHERE id = (SELECT id FROM dreams WHERE state = 'queued' ORDER BY place LIMIT 1) RETURNING id`,
      started,
    );
    return row && this.get(row.id);
  }

  /**
   * Moves the running dream to the front of the queue. Changes that had not begun now begin at the frame that
   * the dream had reached.
   */
  requeueRunning(): void {
    this.#run(
      `UPDATE parameter_changes SET frame = max(
          (SELECT ifnull(progress ->> 'frames', 0) FROM dreams WHERE id = dream),
          (SELECT ifnull(max(frame), 0) FROM parameter_changes AS other WHERE other.dream = parameter_changes.dream))
        WHERE frame IS NULL AND dream IN (SELECT id FROM dreams WHERE state = 'running')`,
    );
    this.#run(
      `UPDATE dreams SET state = 'queued', started = NULL, progress = '{"frames":0}', hls = 0,
        place = (SELECT min(place) FROM dreams) - 1 WHERE state = 'running'`,
    );
  }

  /** Updates columns of a dream; does nothing if it was removed. */
  update(id: string, update: DreamUpdate): void {
    const columns = columnsOf(update);
    const assignments = columns.map(([column]) => `${column} = ?`).join(", ");
    this.#run(`UPDATE dreams SET ${assignments} WHERE id = ?`, ...columns.map(([, value]) => value), id);
  }

  delete(id: string): void {
    this.#run("DELETE FROM dreams WHERE id = ?", id);
  }

  /** Records a change of settings and returns its number. */
  addChange(id: string, at: string, parameters: SomeParameters): number {
    const [row] = this.#all<{ number: number }>(
      "INSERT INTO parameter_changes (dream, at, parameters) VALUES (?, ?, ?) RETURNING number",
      ...[id, at, JSON.stringify(parameters)],
    );
    return row!.number;
  }

  /** Returns the number of changes recorded of a dream. */
  changeCount(id: string): number {
    return this.#all<{ count: number }>(
      "SELECT count(*) AS count FROM parameter_changes WHERE dream = ?",
      id,
    )[0]!.count;
  }

  /** Records the first frame made with a change. */
  beginChange(number: number, frame: number): void {
    this.#run("UPDATE parameter_changes SET frame = ? WHERE number = ?", frame, number);
  }

  /** Deletes a change that never took effect. */
  dropChange(number: number): void {
    this.#run("DELETE FROM parameter_changes WHERE number = ?", number);
  }

  /** Whether the database is open. */
  get open(): boolean {
    return this.#database.isOpen;
  }

  close(): void {
    this.#database.close();
  }

  #dreams(clause: string, ...values: (string | number)[]): StoredDream[] {
    const rows = this.#all<DreamRow>(`SELECT * FROM dreams ${clause}`, ...values);
    const changes = this.#changes(rows);
    return rows.map((row) => dreamOf(row, changes.get(row.id) ?? []));
  }

  /** Returns the changes of these dreams, in order. */
  #changes(rows: readonly DreamRow[]): Map<string, ParameterChange[]> {
    const one = rows.length === 1 ? rows[0]!.id : undefined;
    const found = rows.length === 0 ? [] : this.#all<ChangeRow>(
      `SELECT * FROM parameter_changes ${one === undefined ? "" : "WHERE dream = ?"} ORDER BY number`,
      ...(one === undefined ? [] : [one]),
    );
    const byDream = Map.groupBy(found, ({ dream }) => dream);
    return new Map([...byDream].map(([dream, changes]) => [dream, changes.map(changeOf)]));
  }

  #run(sql: string, ...values: (string | number | null)[]): void {
    this.#withRoom(() => this.#database.prepare(sql).run(...values));
  }

  #all<Row>(sql: string, ...values: (string | number | null)[]): Row[] {
    return this.#withRoom(() => this.#database.prepare(sql).all(...values)) as Row[];
  }

  /** Runs a statement; on a full disk, it runs again with the room of the reserve and of the log. */
  #withRoom<T>(statement: () => T): T {
    try {
      return statement();
    } catch (error) {
      if (!isDatabaseFull(error)) throw error;
      this.#reserve.release();
      this.#emptyLog();
      return statement();
    }
  }

  /** Moves the write-ahead log into the database, which frees the log's room. */
  #emptyLog(): void {
    try {
      this.#database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch {
      // There may be no room for that either.
    }
  }
}

function changeOf({ frame, at, parameters }: ChangeRow): ParameterChange {
  return { frame, at, parameters: JSON.parse(parameters) };
}
