/** Every function of the product, by the name of its folder in functions/. */
export const functionNames = [
  "catalogue",
  "booking",
  "checkout",
  "admin",
  "clinical",
  "finance",
  "webhook",
  "authorizer",
  "relay",
  "resend",
  "progress",
  "stripe-events",
  "stripe-work",
  "mailer",
  "mail-feedback",
  "sweep",
  "deadline-worker",
  "payment-worker",
  "catch-up",
] as const;
export type FunctionName = (typeof functionNames)[number];

export const tableNames = ["core", "ledger", "audit", "outbox", "clinical", "clearance"] as const;
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
  | "BatchWriteItem"
  | "Scan";

export type TableAccess = {
  actions: readonly Action[];
  /** Indexes that may be queried. */
  indexes?: readonly string[];
  /** Further actions, on items only whose partition key begins with one of these. */
  where?: { partitions: readonly string[]; actions: readonly Action[] };
};

/** What one function may do, and by that also which environment variables it is given. */
export type Access = Partial<Record<TableName, TableAccess>> & {
  /** The Stripe secret: keys and webhook secrets. */
  stripe?: true;
  /** Signing payment links, and reading them. */
  links?: true;
  /** Putting events on the bus. */
  bus?: true;
  /** Sending mail from the identity. */
  mail?: true;
  /** Telling clients from staff by who signed their token. */
  people?: true;
  /** Deciding which currencies programs may have. */
  programs?: true;
  /** Pricing plans, and deciding what is consumer credit. */
  quotes?: true;
  /** Deciding how many unpaid holds a client may have. */
  holds?: true;
  /** Handing keys out to the workers' queues. */
  handsOut?: true;
};

const reading = ["GetItem", "BatchGetItem", "Query"] as const;
const writing = ["PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"] as const;

/** The state of bookings, read and written. */
const state = { actions: [...reading, ...writing] } as const;
/** Facts are added and never changed: entries of the ledger and the audit log, messages to be sent. */
const added = { actions: ["PutItem"] } as const;
/** Single items of the core table, written where nothing else of it may be. */
const only = (partitions: readonly string[], actions: readonly Action[]) => ({ partitions, actions });

/** Where a charge was posted is read by who accounts for money that Stripe tells of. */
const posting = { actions: ["GetItem", "PutItem"] } as const;

/** Whether a booking is cleared is read, and held to in a transaction, by those who decide on bookings. */
const cleared = { actions: ["GetItem", "ConditionCheckItem"] } as const;
/** Lists show whether many bookings are cleared, and decide nothing. */
const shownInLists = { actions: ["GetItem", "BatchGetItem"] } as const;

const commands = { core: state, ledger: added, audit: added, outbox: added } as const;

/** Least privilege, function by function. The roles, the environment and the tests all read this table. */
export const grants: Record<FunctionName, Access> = {
  catalogue: {
    core: { actions: reading, indexes: ["byStatus", "byOwner"], where: only(["QUO#"], ["PutItem"]) },
    people: true,
    quotes: true,
  },
  booking: {
    ...commands,
    holds: true,
    core: { ...state, indexes: ["byOwner", "byList", "byStatus", "byCohort", "byParticipant"] },
    audit: { ...added, where: only(["access#"], ["Query"]) },
    clearance: { actions: [...cleared.actions, "BatchGetItem"] },
    people: true,
  },
  checkout: { ...commands, clearance: cleared, stripe: true, links: true, people: true },
  admin: {
    core: { ...state, indexes: ["byList", "byStatus", "byCohort"] },
    audit: { actions: ["BatchGetItem", "Query", "PutItem"], indexes: ["byActor", "byDay"] },
    outbox: added,
    clearance: shownInLists,
    people: true,
    programs: true,
  },
  clinical: {
    clinical: { actions: ["GetItem", "Query", "PutItem"] },
    clearance: { actions: ["GetItem", "BatchGetItem", "PutItem"] },
    core: { actions: [...reading, "ConditionCheckItem"], indexes: ["byQueue"] },
    audit: added,
    outbox: added,
    people: true,
  },
  finance: { ledger: { actions: ["Query"], indexes: ["byMonth", "byBooking"] }, people: true },
  webhook: { core: { actions: [], where: only(["EVT#"], ["PutItem"]) }, outbox: added, stripe: true },
  authorizer: { people: true },

  relay: { outbox: { actions: ["BatchGetItem", "BatchWriteItem", "DeleteItem"] }, bus: true },
  resend: { outbox: { actions: ["Scan", "BatchWriteItem", "DeleteItem"] }, bus: true },
  progress: { ...commands, clearance: cleared },
  "stripe-events": { ...commands, ledger: posting, stripe: true },
  "stripe-work": { ...commands, ledger: posting, stripe: true },
  mailer: {
    core: { actions: ["GetItem"], where: only(["MAIL#", "BOUNCE#"], ["PutItem", "UpdateItem", "DeleteItem"]) },
    mail: true,
    links: true,
  },
  "mail-feedback": { core: { actions: [], where: only(["BOUNCE#"], ["PutItem"]) } },
  sweep: { core: { actions: [], indexes: ["byDue"] }, clearance: { actions: [], indexes: ["byDue"] }, handsOut: true },
  "deadline-worker": { ...commands, clearance: { actions: [...cleared.actions, "PutItem", "UpdateItem"] } },
  "payment-worker": { ...commands, ledger: posting, stripe: true },
  "catch-up": {
    core: {
      actions: ["GetItem", "BatchGetItem"],
      indexes: ["byDue", "byList"],
      where: only(["EVT#", "CURSOR#"], ["PutItem", "UpdateItem"]),
    },
    outbox: added,
    stripe: true,
  },
};
