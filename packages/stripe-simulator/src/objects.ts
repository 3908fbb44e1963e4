import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { Stripe } from "stripe";
import type { Range } from "./http/params.ts";

/** A legacy card on a customer (`card_...`), which the official CLI still creates. */
export type StoredObjects = {
  customer: Stripe.Customer | Stripe.DeletedCustomer;
  card: Stripe.Card;
  payment_method: Stripe.PaymentMethod;
  mandate: Stripe.Mandate;
  payment_intent: Stripe.PaymentIntent;
  setup_intent: Stripe.SetupIntent;
  "checkout.session": Stripe.Checkout.Session;
  charge: Stripe.Charge;
  refund: Stripe.Refund;
  balance_transaction: Stripe.BalanceTransaction;
  event: Stripe.Event;
  webhook_endpoint: Stripe.WebhookEndpoint;
  product: Stripe.Product;
  price: Stripe.Price;
};
export type ObjectType = keyof StoredObjects;

/** Data of an object that the simulator needs and Stripe's API does not show. */
export type Notes = Record<string, unknown>;

/** Stripe objects as JSON rows, newest last. Lists are in the order of the table's `seq`. */
export type Objects = {
  find<T extends ObjectType>(type: T, id: string): StoredObjects[T] | undefined;
  notes<N extends Notes>(id: string): N;
  insert<T extends ObjectType>(object: StoredObjects[T] & { id: string; object: string }, notes?: Notes): void;
  update<T extends ObjectType>(object: StoredObjects[T] & { id: string; object: string }, notes?: Notes): void;
  remove(id: string): void;
  page<T extends ObjectType>(type: T, query: PageQuery): { data: StoredObjects[T][]; hasMore: boolean } | "no_cursor";
  all<T extends ObjectType>(type: T, where?: Where, until?: { changedBefore: number }): StoredObjects[T][];
};

/** JSON paths (`customer`, `customer_details.email`) with the required value of each. */
export type Where = Record<string, string | number | readonly string[] | undefined>;
export type PageQuery = {
  limit: number;
  startingAfter?: string | undefined;
  endingBefore?: string | undefined;
  created?: Range | undefined;
  where?: Where;
};

const tables = `
  CREATE TABLE IF NOT EXISTS sim_objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL,
    created INTEGER NOT NULL, changed INTEGER NOT NULL, body TEXT NOT NULL, notes TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS sim_objects_by_type ON sim_objects (type, seq);
  CREATE INDEX IF NOT EXISTS sim_objects_by_customer ON sim_objects (type, json_extract(body, '$.customer'));
  CREATE INDEX IF NOT EXISTS sim_objects_by_intent ON sim_objects (type, json_extract(body, '$.payment_intent'));
  CREATE INDEX IF NOT EXISTS sim_objects_by_charge ON sim_objects (type, json_extract(body, '$.charge'));
  CREATE INDEX IF NOT EXISTS sim_objects_by_source ON sim_objects (type, json_extract(body, '$.source'));
`;

export function openObjects(db: DatabaseSync, seconds: () => number): Objects {
  db.exec(tables);
  const select = db.prepare("SELECT body FROM sim_objects WHERE id = ? AND type = ?");
  const selectNotes = db.prepare("SELECT notes FROM sim_objects WHERE id = ?");
  const selectSeq = db.prepare("SELECT seq FROM sim_objects WHERE id = ? AND type = ?");
  const insertRow = db.prepare(
    "INSERT INTO sim_objects (id, type, created, changed, body, notes) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const updateRow = db.prepare("UPDATE sim_objects SET body = ?, changed = ? WHERE id = ?");
  const updateNotes = db.prepare("UPDATE sim_objects SET notes = ? WHERE id = ?");
  const deleteRow = db.prepare("DELETE FROM sim_objects WHERE id = ?");

  const statements = new Map<string, StatementSync>();
  /** Each SQL text is prepared once; there are as many as kinds of queries. */
  function prepared(sql: string): StatementSync {
    const statement = statements.get(sql) ?? db.prepare(sql);
    statements.set(sql, statement);
    return statement;
  }

  const parsed = <T extends ObjectType>(row: Record<string, unknown>) =>
    JSON.parse(row.body as string) as StoredObjects[T];

  return {
    find: <T extends ObjectType>(type: T, id: string) => {
      const row = select.get(id, type);
      return row && parsed<T>(row);
    },
    notes: <N extends Notes>(id: string) => JSON.parse((selectNotes.get(id)?.notes as string) ?? "{}") as N,
    insert: (object, notes = {}) => {
      const created = "created" in object && typeof object.created === "number" ? object.created : seconds();
      insertRow.run(object.id, object.object, created, seconds(), JSON.stringify(object), JSON.stringify(notes));
    },
    update: (object, notes) => {
      updateRow.run(JSON.stringify(object), seconds(), object.id);
      if (notes) updateNotes.run(JSON.stringify(notes), object.id);
    },
    remove: (id) => void deleteRow.run(id),
    page: <T extends ObjectType>(type: T, query: PageQuery) => {
      const { sql, values } = conditions(type, query.where ?? {});
      const parts = [sql];
      for (const [name, sign] of [
        ["gt", ">"],
        ["gte", ">="],
        ["lt", "<"],
        ["lte", "<="],
      ] as const) {
        const bound = query.created?.[name];
        if (bound === undefined) continue;
        parts.push(`created ${sign} ?`);
        values.push(bound);
      }
      const cursor = query.startingAfter ?? query.endingBefore;
      if (cursor !== undefined) {
        const seq = selectSeq.get(cursor, type)?.seq;
        if (seq === undefined) return "no_cursor";
        parts.push(query.startingAfter === undefined ? "seq > ?" : "seq < ?");
        values.push(seq as number);
      }
      const upwards = query.startingAfter === undefined && query.endingBefore !== undefined;
      const rows = prepared(
        `SELECT body FROM sim_objects WHERE ${parts.join(" AND ")} ORDER BY seq ${upwards ? "ASC" : "DESC"} LIMIT ?`,
      ).all(...values, query.limit + 1);
      const data = rows.slice(0, query.limit).map((row) => parsed<T>(row));
      return { data: upwards ? data.reverse() : data, hasMore: rows.length > query.limit };
    },
    all: <T extends ObjectType>(type: T, where: Where = {}, until?: { changedBefore: number }) => {
      const { sql, values } = conditions(type, where);
      const lag = until ? " AND changed <= ?" : "";
      const bounds = until ? [...values, until.changedBefore] : values;
      const rows = prepared(`SELECT body FROM sim_objects WHERE ${sql}${lag} ORDER BY seq DESC`).all(...bounds);
      return rows.map((row) => parsed<T>(row));
    },
  };
}

function conditions(type: ObjectType, where: Where): { sql: string; values: SQLInputValue[] } {
  const parts = ["type = ?"];
  const values: SQLInputValue[] = [type];
  for (const [path, wanted] of Object.entries(where)) {
    if (wanted === undefined) continue;
    const column = `json_extract(body, '$.${path}')`;
    if (Array.isArray(wanted)) {
      parts.push(`${column} IN (${wanted.map(() => "?").join(",")})`);
      values.push(...wanted);
    } else {
      parts.push(`${column} = ?`);
      values.push(wanted as string | number);
    }
  }
  return { sql: parts.join(" AND "), values };
}
