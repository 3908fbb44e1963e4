/** Every function of the product, by the name of its folder in functions/. */
export const functionNames = [
  "catalogue",
  "booking",
  "checkout",
  "admin",
  "clinical",
  "finance",
  "webhook",
  "relay",
  "progress",
  "stripe-events",
  "stripe-work",
  "mailer",
  "sweep",
  "payment-sweep",
  "reconcile",
] as const;
export type FunctionName = (typeof functionNames)[number];

export const tableNames = ["core", "ledger", "audit", "outbox", "clinical"] as const;
export type TableName = (typeof tableNames)[number];

/** DynamoDB's actions; those inside a transaction are authorised one by one, by these names too. */
type Action =
  | "GetItem"
  | "BatchGetItem"
  | "Query"
  | "PutItem"
  | "UpdateItem"
  | "DeleteItem"
  | "ConditionCheckItem"
  | "BatchWriteItem";

export type TableAccess = {
  actions: readonly Action[];
  /** Indexes that may be queried. */
  indexes?: readonly string[];
  /** Further actions, on items only whose partition key begins so. */
  where?: { partition: string; actions: readonly Action[] };
};

/** What one function may do, and by that also which environment variables it is given. */
export type Access = Partial<Record<TableName, TableAccess>> & {
  /** The Stripe secret: keys and webhook secrets. */
  stripe?: true;
  /** Putting events on the bus. */
  bus?: true;
  /** Sending mail from the identity. */
  mail?: true;
};

const reading = ["GetItem", "BatchGetItem", "Query"] as const;
const writing = ["PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"] as const;

/** The state of bookings, read and written. */
const bookings = { actions: [...reading, ...writing] } as const;
/** Entries of an append-only table: added, never changed (a rule of the house, see the infrastructure tests). */
const appended = { actions: ["PutItem"] } as const;
const appendedAndRead = { actions: ["GetItem", "PutItem", "Query"] } as const;
const sent = { actions: ["PutItem"] } as const;

const booking = {
  core: { ...bookings, indexes: ["byOwner", "byList", "byCohort"] },
  ledger: appended,
  audit: appendedAndRead,
  outbox: sent,
} as const;
const worker = { core: bookings, ledger: appendedAndRead, audit: appendedAndRead, outbox: sent } as const;

/** Least privilege, function by function. The roles, the environment and the tests all read this table. */
export const access: Record<FunctionName, Access> = {
  catalogue: { core: { actions: [...reading, "PutItem"], indexes: ["byList"] } },
  booking,
  checkout: { ...booking, stripe: true },
  admin: {
    ...booking,
    audit: { actions: ["GetItem", "BatchGetItem", "PutItem", "Query"], indexes: ["byActor", "byDay"] },
  },
  clinical: {
    clinical: { actions: ["GetItem", "PutItem", "UpdateItem", "Query", "ConditionCheckItem"] },
    core: {
      actions: reading,
      indexes: ["byList"],
      where: { partition: "CLR#", actions: ["PutItem", "UpdateItem", "ConditionCheckItem"] },
    },
    audit: appended,
    outbox: sent,
  },
  finance: {
    core: { actions: reading },
    ledger: { actions: ["GetItem", "Query"], indexes: ["byMonth", "byBooking"] },
    audit: { actions: ["GetItem", "Query"], indexes: ["byActor", "byDay"] },
  },
  webhook: { core: { actions: ["PutItem"] }, outbox: sent, stripe: true },

  relay: { outbox: { actions: ["DeleteItem", "BatchWriteItem"] }, bus: true },
  progress: worker,
  "stripe-events": { ...worker, stripe: true },
  "stripe-work": { ...worker, stripe: true },
  mailer: { core: { actions: ["GetItem", "PutItem", "UpdateItem", "DeleteItem"] }, mail: true },
  sweep: { ...worker, core: { ...bookings, indexes: ["byDue", "byCohort"] } },
  "payment-sweep": { ...worker, core: { ...bookings, indexes: ["byDue"] }, stripe: true },
  reconcile: { ...worker, core: { ...bookings, indexes: ["byDue"] }, stripe: true },
};
