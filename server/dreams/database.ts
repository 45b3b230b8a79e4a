import { DatabaseSync } from "node:sqlite";
import { ReverieError, wrongUsage } from "../../pipeline/errors.ts";

/** Each migration takes a database one version further; `user_version` is the number of those applied. */
const migrations: readonly string[] = [
  `
  CREATE TABLE dreams (
    number INTEGER PRIMARY KEY AUTOINCREMENT,   -- grows with time
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    place INTEGER NOT NULL,                     -- order in the queue, smallest first
    created TEXT NOT NULL,                      -- times are ISO 8601 in UTC
    started TEXT,
    finished TEXT,
    preset TEXT,
    given TEXT NOT NULL,                        -- JSON, as are parameters, source, progress and error
    parameters TEXT NOT NULL,                   -- all settings at the first frame
    part_from REAL,
    part_duration REAL,
    source TEXT NOT NULL,
    progress TEXT NOT NULL,
    bytes INTEGER,
    error TEXT,
    hls INTEGER NOT NULL DEFAULT 0,             -- whether the playlist is there
    poster INTEGER NOT NULL DEFAULT 0           -- whether poster and the frame before are there
  ) STRICT;
  CREATE INDEX dreams_by_state ON dreams (state, place);
  CREATE TABLE parameter_changes (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    dream TEXT NOT NULL REFERENCES dreams (id) ON DELETE CASCADE,
    frame INTEGER,                              -- first frame made with it; NULL until that begins
    at TEXT NOT NULL,
    parameters TEXT NOT NULL
  ) STRICT;
  CREATE INDEX parameter_changes_by_dream ON parameter_changes (dream, number);
  `,
];

/** An open database and whether it was just created. */
export interface OpenDatabase {
  database: DatabaseSync;
  fresh: boolean;
}

/**
 * Opens the server's database exclusively and brings its tables up to date.
 *
 * @throws {ReverieError} if another server has it open, it is damaged, or a later version made it
 */
export function openDatabase(path: string): OpenDatabase {
  let database: DatabaseSync | undefined;
  try {
    // SQLite gives its -wal and -shm files the mode of the database.
    Deno.openSync(path, { write: true, create: true, mode: 0o600 }).close();
    database = new DatabaseSync(path);
    // One server at a time: a second one would render the same dreams into the same folders.
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    const fresh = migrate(database, path) === 0;
    return { database, fresh };
  } catch (error) {
    database?.close();
    throw error instanceof ReverieError ? error : wrongUsage(reason(error as Error, path), { cause: error });
  }
}

/** Applies the missing migrations and returns the version before. */
function migrate(database: DatabaseSync, path: string): number {
  // The write takes the lock, and an exclusive connection keeps it.
  database.exec("BEGIN IMMEDIATE");
  try {
    const { user_version: version } = database.prepare("PRAGMA user_version").get() as {
      user_version: number;
    };
    if (version > migrations.length) {
      throw wrongUsage(
        `${path} was made by a later version of Reverie: start that one, or give another --data`,
      );
    }
    for (const migration of migrations.slice(version)) database.exec(migration);
    database.exec(`PRAGMA user_version = ${migrations.length}; COMMIT`);
    return version;
  } catch (error) {
    // A full disk has ended the transaction already.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

function reason({ message }: Error, path: string): string {
  if (/locked|busy/i.test(message)) {
    return `another server uses ${path}: stop that one, or give this one another --data`;
  }
  if (/not a database|malformed/i.test(message)) {
    return `${path} is damaged: move it away, or give another --data`;
  }
  return `${path} cannot be opened: ${message}`;
}
