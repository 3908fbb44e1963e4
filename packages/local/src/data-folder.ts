import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Raised when a stored format changes; a folder with an older format is refused. */
const format = "8";

/** The embedded DynamoDB's file. */
export const databaseFile = "dynamodb.db";

/** An expected reason not to start. Its message is the one line that the person sees. */
export class StartRefused extends Error {
  override name = "StartRefused";
}

/** An open, locked data folder. */
export type DataFolder = {
  path: string;
  db: DatabaseSync;
  logs: string;
  file(name: string): string;
  /** Deletes all rows of `db`, and empties the logs, which stay open. */
  empty(): void;
  close(): void;
};

/**
 * Opens a data folder exclusively; `fresh` empties it first. The lock is a SQLite transaction on a separate file. The
 * operating system releases it when its holder dies, so no stale lock can remain.
 */
export function openDataFolder(path: string, fresh: boolean): DataFolder {
  makeFolder(path);
  const file = (name: string) => join(path, name);
  if (fresh && readdirSync(path).length > 0 && !existsSync(file("format"))) {
    throw new StartRefused(`${path} is not a Clearing data folder, so --fresh does not empty it`);
  }
  const lock = lockFolder(path, file);
  try {
    if (fresh) for (const name of ["stack.db", databaseFile]) removeDatabase(file(name));
    if (fresh)
      for (const name of ["logs", "format", "issuers.json"]) rmSync(file(name), { recursive: true, force: true });
    const found = existsSync(file("format")) ? readFileSync(file("format"), "utf8").trim() : undefined;
    if (found !== undefined && found !== format) {
      throw new StartRefused(
        `${path} has data in format ${found}, but this version reads only format ${format}. ` +
          "To keep the data, choose another folder with CLEARING_DATA_DIR. To delete it, start with --fresh",
      );
    }
    writeFileSync(file("format"), format);
    mkdirSync(file("logs"), { recursive: true });
    const db = openDatabase(file("stack.db"));
    const logs = file("logs");
    return {
      path,
      db,
      logs,
      file,
      empty() {
        deleteRows(db);
        for (const log of readdirSync(logs)) truncateSync(join(logs, log));
      },
      close() {
        db.close();
        lock.close();
      },
    };
  } catch (error) {
    lock.close();
    throw error;
  }
}

/** Creates the folder if it is missing. Refuses one that cannot be created or written. */
function makeFolder(path: string): void {
  try {
    makeWithParents(resolve(path));
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new StartRefused(`the data folder ${path} cannot be created or written: ${code}`, { cause });
  }
}

/** Not `recursive`: Node would retry forever in a file system without folders, such as /proc. */
function makeWithParents(path: string): void {
  if (existsSync(path)) return;
  makeWithParents(dirname(path));
  mkdirSync(path);
}

function lockFolder(path: string, file: (name: string) => string): DatabaseSync {
  const lock = new DatabaseSync(file("lock"));
  try {
    lock.exec("BEGIN EXCLUSIVE");
  } catch {
    lock.close();
    const holder = existsSync(file("pid")) ? ` (process ${readFileSync(file("pid"), "utf8").trim()})` : "";
    throw new StartRefused(
      `${path} is in use by another local stack${holder}: stop it, or choose another folder with CLEARING_DATA_DIR`,
    );
  }
  writeFileSync(file("pid"), String(process.pid));
  return lock;
}

/** Deletes a SQLite database that nothing has open. */
export function removeDatabase(path: string): void {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
}

/** The tables of every part; `":memory:"` for unit tests. WAL without a sync per commit survives a killed process. */
export function openDatabase(path: string): DatabaseSync {
  const db = new DatabaseSync(path);
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS message (
      id TEXT PRIMARY KEY, queue TEXT NOT NULL, body TEXT NOT NULL, sentAt INTEGER NOT NULL, visibleAt INTEGER NOT NULL,
      receives INTEGER NOT NULL DEFAULT 0, firstReceivedAt INTEGER, groupId TEXT) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS messageByTime ON message (queue, visibleAt);
    CREATE TABLE IF NOT EXISTS event (
      sequence INTEGER PRIMARY KEY, id TEXT NOT NULL, bus TEXT NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS eventByType ON event (type);
    CREATE TABLE IF NOT EXISTS mail (
      sequence INTEGER PRIMARY KEY, recipient TEXT NOT NULL, sender TEXT NOT NULL, replyTo TEXT, subject TEXT NOT NULL,
      text TEXT, html TEXT, tags TEXT NOT NULL, sentAt TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS mailByRecipient ON mail (recipient);
    CREATE TABLE IF NOT EXISTS checkpoint (mapping TEXT, shard TEXT, sequence TEXT NOT NULL, PRIMARY KEY (mapping, shard)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS tick (schedule TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
  `);
  return db;
}

function deleteRows(db: DatabaseSync): void {
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  atomically(db, () => {
    for (const { name } of tables) db.exec(`DELETE FROM "${name}"`);
  });
}

/** One setting that survives the process. */
export function setting(db: DatabaseSync, key: string) {
  const select = db.prepare("SELECT value FROM setting WHERE key = ?");
  const upsert = db.prepare("INSERT INTO setting VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value");
  return {
    get: (): string | undefined => select.get(key)?.value as string | undefined,
    set: (value: string): void => {
      upsert.run(key, value);
    },
  };
}

/** Runs `work` in one transaction. */
export function atomically<T>(db: DatabaseSync, work: () => T): T {
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    db.exec("ROLLBACK");
    throw error;
  }
}
