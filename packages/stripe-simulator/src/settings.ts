import type { DatabaseSync } from "node:sqlite";

/** Small values that survive a restart: active faults, misbehaviour of deliveries, the running balance. */
export type Settings = {
  get<T>(key: string): T | undefined;
  set(key: string, value: unknown): void;
  remove(key: string): void;
  /** The next number in [0, 1) of a named sequence that the seed determines. */
  draw(sequence: string, seed: number): number;
};

export function openSettings(db: DatabaseSync): Settings {
  db.exec("CREATE TABLE IF NOT EXISTS sim_settings (key TEXT PRIMARY KEY, value TEXT NOT NULL)");
  const select = db.prepare("SELECT value FROM sim_settings WHERE key = ?");
  const upsert = db.prepare(
    "INSERT INTO sim_settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
  );
  const drop = db.prepare("DELETE FROM sim_settings WHERE key = ?");

  const settings: Settings = {
    get: <T>(key: string) => {
      const row = select.get(key);
      return row && (JSON.parse(row.value as string) as T);
    },
    set: (key, value) => void upsert.run(key, JSON.stringify(value)),
    remove: (key) => void drop.run(key),
    draw: (sequence, seed) => {
      const key = `draw:${sequence}:${seed}`;
      const count = settings.get<number>(key) ?? 0;
      settings.set(key, count + 1);
      return numberAt(seed, count);
    },
  };
  return settings;
}

/** The nth number of a seed's sequence (splitmix32), so that the sequence continues after a restart. */
function numberAt(seed: number, n: number): number {
  let z = (Math.imul(seed, 0x9e3779b1) + Math.imul(n + 1, 0x9e3779b9)) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
}
