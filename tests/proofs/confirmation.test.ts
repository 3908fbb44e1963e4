import { GetCommand, PutCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { type Booking, confirm } from "@clearing/domain/booking";
import { personKey } from "@clearing/domain/person";
import type { Clearance } from "@clearing/domain/screening";
import { addDays } from "@clearing/domain/time";
import { commit, type Guarded } from "@clearing/store/commit";
import { confirmationWrites } from "@clearing/store/confirmation";
import { keys } from "@clearing/store/keys";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { actor, heldBooking, openCohort, sampleProgram, sampleQuote } from "../harness/sample.ts";
import { ids, startTestStore, type TestStore } from "../harness/store.ts";

const now = "2027-03-01T17:00:00Z";
let running: TestStore;
beforeAll(async () => {
  running = await startTestStore();
});
afterAll(() => running.stop());

const participant = "sample@example.com";
const physician = personKey("dr-medical@example.com");
const psychiatrist = personKey("dr-psychiatric@example.com");

type Item = Record<string, unknown>;
type Items = { booking: Item; clearance: Item | null; place: Item };

/** Each fact of I2: the change in the tables that breaks it, and the condition that must detect it. */
const facts: Record<string, { breaks(items: Items): Items; condition: RegExp }> = {
  "the deposit is settled": {
    breaks: (f) => ({
      ...f,
      booking: { ...f.booking, dues: (f.booking.dues as Item[]).map((due) => ({ ...due, status: "scheduled" })) },
    }),
    condition: / AND dues\[0\]\.#status = :paid/,
  },
  "the agreement's current version is signed": {
    breaks: (f) => ({
      ...f,
      booking: { ...f.booking, agreement: { version: 2, signedVersion: 1, hash: "x", signedAt: now } },
    }),
    condition: / AND agreement\.signedVersion = agreement\.#version/,
  },
  "the participant takes part": {
    breaks: (f) => ({ ...f, booking: { ...f.booking, participation: "invited" } }),
    condition: / AND participation = :accepted/,
  },
  "the booking awaits its clearance": {
    breaks: (f) => ({ ...f, booking: { ...f.booking, status: "cancelled" } }),
    condition: / AND #status = :awaiting/,
  },
  "the medical evaluation clears": {
    breaks: (f) => ({ ...f, clearance: with_(f.clearance, "medical", { outcome: "not_cleared" }) }),
    condition: /medical\.outcome = :cleared AND /,
  },
  "the psychiatric evaluation clears": {
    breaks: (f) => ({ ...f, clearance: with_(f.clearance, "psychiatric", { outcome: "pending" }) }),
    condition: /psychiatric\.outcome = :cleared AND /,
  },
  "the medical evaluation reaches the last day": {
    breaks: (f) => ({ ...f, clearance: with_(f.clearance, "medical", { validUntil: "2027-03-31" }) }),
    condition: /medical\.validUntil >= :lastDay AND /,
  },
  "the psychiatric evaluation reaches the last day": {
    breaks: (f) => ({ ...f, clearance: with_(f.clearance, "psychiatric", { validUntil: "2027-03-31" }) }),
    condition: / AND psychiatric\.validUntil >= :lastDay/,
  },
  "two people agree": {
    breaks: (f) => ({ ...f, clearance: with_(f.clearance, "medical", { by: psychiatrist }) }),
    condition: / AND \(medical\.#by <> psychiatric\.#by OR oneClinicianMaySignBoth = :true\)/,
  },
  "the participant signed no medical evaluation": {
    breaks: (f) => ({ ...f, clearance: with_(f.clearance, "medical", { by: personKey(participant) }) }),
    condition: /medical\.#by <> :participant AND /,
  },
  "the participant signed no psychiatric evaluation": {
    breaks: (f) => ({ ...f, clearance: with_(f.clearance, "psychiatric", { by: personKey(participant) }) }),
    condition: / AND psychiatric\.#by <> :participant/,
  },
  "the place is this booking's": {
    breaks: (f) => ({ ...f, place: { ...f.place, takenBy: "bkg_other" } }),
    condition: /takenBy = :booking AND /,
  },
  "the cohort ends when the clearance was held against": {
    breaks: (f) => ({ ...f, place: { ...f.place, endsOn: addDays(String(f.place.endsOn), 1) } }),
    condition: / AND endsOn = :lastDay/,
  },
};

const with_ = (clearance: Item | null, kind: "medical" | "psychiatric", change: Item): Item => ({
  ...clearance,
  [kind]: { ...((clearance?.[kind] as Item) ?? {}), ...change },
});

let sample: Promise<{ held: Booking; stored: Item; place: Item }> | undefined;

/** One held booking and its place as stored items, from which every case is made. */
async function heldOnce() {
  const { store } = running;
  const { client, tables } = store;
  const program = sampleProgram();
  const cohort = await openCohort(store, program, { places: 1, now });
  const held = await heldBooking(store, await sampleQuote(store, program, cohort, now), participant, now);
  const placeKey = keys.place(held.cohortId, held.placeType, held.placeId);
  const read = async (Key: Item) => (await client.send(new GetCommand({ TableName: tables.core, Key }))).Item as Item;
  return { held, stored: await read(keys.booking(held.id)), place: await read(placeKey) };
}

/**
 * Stores a booking under new ids with every fact, then breaks some. The decision to confirm it is made nevertheless.
 */
async function prepare(broken: (items: Items) => Items): Promise<Booking> {
  const { client, tables } = running.store;
  sample ??= heldOnce();
  const { held, stored, place } = await sample;
  const [id, placeId] = [ids.next("bkg"), ids.next("plc")];
  const finding = { outcome: "cleared", validUntil: held.terms.endsOn, at: now, evaluationId: "evl_1" } as const;
  const clearance: Clearance = {
    bookingId: id,
    version: 1,
    medical: { ...finding, by: physician },
    psychiatric: { ...finding, by: psychiatrist },
    oneClinicianMaySignBoth: false,
    revokedAt: null,
    lapsedAt: null,
    dueAt: null,
    auditHash: "",
  };
  const { dueAt: _dueAt, ...cleared } = clearance;
  const { claimedBy: _by, claimedUntil: _until, ...free } = place;
  const whole: Items = {
    booking: {
      ...stored,
      ...keys.booking(id),
      id,
      placeId,
      status: "awaiting_clearance",
      agreement: { version: 1, signedVersion: 1, hash: held.agreement.hash, signedAt: now },
      dues: held.dues.map((due) =>
        due.kind === "deposit"
          ? { ...due, status: "paid", ...{ paid: due.amount, billed: due.amount, billedParts: due.parts } }
          : due,
      ),
    },
    clearance: { ...cleared, ...keys.clearance(id) },
    place: { ...free, ...keys.place(held.cohortId, held.placeType, placeId), id: placeId, takenBy: id },
  };
  const { booking, clearance: screened, place: seat } = broken(whole);
  const items: [table: string, item: Item | null][] = [
    [tables.core, booking],
    [tables.clearance, screened],
    [tables.core, seat],
  ];
  for (const [TableName, Item] of items) {
    if (Item !== null) await client.send(new PutCommand({ TableName, Item }));
  }
  return whole.booking as unknown as Booking;
}

const writesOf = (booking: Booking): Guarded<"stale">[] =>
  confirmationWrites(running.store, booking, confirm(booking, now), { actor, action: "confirm", now });

/** The same writes without one condition. */
function without(writes: ReturnType<typeof writesOf>, condition: RegExp): ReturnType<typeof writesOf> {
  const text = JSON.stringify(writes);
  const cut = text.replace(condition, "");
  if (cut === text) throw new Error(`no write has the condition ${condition}`);
  return dropUnused(JSON.parse(cut));
}

/** DynamoDB refuses names and values that no expression uses. */
function dropUnused(writes: ReturnType<typeof writesOf>) {
  for (const { write } of writes) {
    const one = (write.Put ?? write.ConditionCheck) as
      | { ConditionExpression?: string; ExpressionAttributeValues?: Item; ExpressionAttributeNames?: Item }
      | undefined;
    for (const set of [one?.ExpressionAttributeValues, one?.ExpressionAttributeNames]) {
      for (const name of Object.keys(set ?? {})) {
        if (!new RegExp(`${name}\\b`).test(one?.ConditionExpression ?? "")) delete set?.[name];
      }
    }
  }
  return writes;
}

const names = Object.keys(facts);
/** Every combination of one, two or three missing facts, and all of them missing. */
const lacking = Array.from({ length: 2 ** names.length - 1 }, (_, mask) =>
  names.filter((_name, index) => (mask + 1) & (1 << index)),
).filter(({ length }) => length <= 3 || length === names.length);

describe("a booking is confirmed only if every fact holds in the same transaction (I2)", () => {
  test("with every fact it is confirmed", async () => {
    const booking = await prepare((whole) => whole);
    expect(await commit(running.store, writesOf(booking))).toEqual({ ok: true });
  });

  test("if the operator lets one clinician sign both, one person's clearance confirms", async () => {
    const booking = await prepare((whole) => ({
      ...whole,
      clearance: { ...with_(whole.clearance, "medical", { by: psychiatrist }), oneClinicianMaySignBoth: true },
    }));
    expect(await commit(running.store, writesOf(booking))).toEqual({ ok: true });
  });

  test("without any clearance DynamoDB refuses it", async () => {
    const booking = await prepare((whole) => ({ ...whole, clearance: null }));
    expect(await commit(running.store, writesOf(booking))).toEqual({ ok: false, reason: "stale" });
  });

  test(`DynamoDB refuses it without any one, two or three of the ${names.length} facts, and without all`, async () => {
    const confirmed: string[][] = [];
    const queue = [...lacking];
    const refuse = async () => {
      for (let missing = queue.pop(); missing !== undefined; missing = queue.pop()) {
        const booking = await prepare((whole) =>
          (missing ?? []).reduce((so, name) => facts[name]?.breaks(so) ?? so, whole),
        );
        const result = await commit(running.store, writesOf(booking));
        if (result.ok) confirmed.push(missing);
      }
    };
    await Promise.all(Array.from({ length: 16 }, refuse));
    expect(confirmed).toEqual([]);
  });

  test.each(names)("control: without its condition, a booking is confirmed without the fact that %s", async (name) => {
    const fact = facts[name];
    if (fact === undefined) throw new Error(name);
    const booking = await prepare(fact.breaks);
    const TransactItems = without(writesOf(booking), fact.condition).map(({ write }) => write);
    await expect(running.store.client.send(new TransactWriteCommand({ TransactItems }))).resolves.toBeDefined();
  });
});
