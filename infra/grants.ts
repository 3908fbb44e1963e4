/** Every function of the product, by its folder in functions/. */
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

/** DynamoDB's actions. IAM authorizes each action inside a transaction separately, under the same names. */
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
  /** Further actions, only on items whose partition key begins with one of these. */
  where?: { partitions: readonly string[]; actions: readonly Action[] };
};

/** What one function may do, which also decides which environment variables it gets. */
export type Access = Partial<Record<TableName, TableAccess>> & {
  /** The Stripe secret: keys and webhook secrets. */
  stripe?: true;
  /** Sign and read payment links. */
  links?: true;
  /** Put events on the bus. */
  bus?: true;
  /** Send mail from the stage's address. */
  mail?: true;
  /** Tell clients from staff by the issuer of their token. */
  people?: true;
  /** Link to the clients' web site. */
  site?: true;
  /** Decide which currencies programs may have. */
  programs?: true;
  /** Price plans, and decide which are consumer credit. */
  quotes?: true;
  /** Decide how many unpaid holds a client may have. */
  holds?: true;
  /** Send keys to the workers' queues. */
  handsOut?: true;
};

const reading = ["GetItem", "BatchGetItem", "Query"] as const;
const writing = ["PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"] as const;

/** Read and write the state of bookings. */
const state = { actions: [...reading, ...writing] } as const;
/** Append-only: ledger entries, audit records and outbox messages are never changed. */
const added = { actions: ["PutItem"] } as const;
/** Limits actions to single partitions of the core table. */
const only = (partitions: readonly string[], actions: readonly Action[]) => ({ partitions, actions });

/** Functions that account for Stripe's money also read where a charge was posted. */
const posting = { actions: ["GetItem", "PutItem"] } as const;

/** Functions that decide on bookings read the clearance and check it in a transaction. */
const cleared = { actions: ["GetItem", "ConditionCheckItem"] } as const;
/** Lists show the clearance of many bookings and decide nothing. */
const shownInLists = { actions: ["GetItem", "BatchGetItem"] } as const;

const commands = { core: state, ledger: added, audit: added, outbox: added } as const;

/** Least privilege for each function. The roles, the environment and the tests read this table. */
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
  checkout: { ...commands, clearance: cleared, stripe: true, links: true, site: true, people: true },
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
    site: true,
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
