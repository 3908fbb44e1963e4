import { GetCommand, ScanCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { signAgreement } from "@clearing/commands/agreement";
import { settleAttempt } from "@clearing/commands/apply-settlement";
import { endEarly } from "@clearing/commands/end-early";
import { acceptParticipation, correctInvitation } from "@clearing/commands/participation";
import { lapseHold } from "@clearing/commands/sweep";
import { agreementDocument, participationDocument } from "@clearing/domain/agreement";
import type { Booking } from "@clearing/domain/booking";
import type { Cohort } from "@clearing/domain/cohort";
import type { Program } from "@clearing/domain/program";
import { card } from "@clearing/domain/testing/retreat";
import { type Instant, plusMinutes } from "@clearing/domain/time";
import { readAgreement, readTerms } from "@clearing/store/agreement";
import { attemptPut } from "@clearing/store/attempt";
import { readBooking } from "@clearing/store/booking";
import { commit } from "@clearing/store/commit";
import { keys } from "@clearing/store/keys";
import { bookingInTheWay, bookingTakenPartIn } from "@clearing/store/locks";
import { unpacked } from "@clearing/store/packed";
import type { Store } from "@clearing/store/store";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { participantBody } from "../harness/http.ts";
import { anyWrite, justBefore } from "../harness/just-before.ts";
import { actor, heldBooking, holdSample, openCohort, sampleProgram, sampleQuote } from "../harness/sample.ts";
import { ids, startTestStore, type TestStore } from "../harness/store.ts";

const now: Instant = "2027-03-01T17:00:00Z";
let running: TestStore;
let program: Program;
let cohort: Cohort;
beforeAll(async () => {
  running = await startTestStore();
  program = sampleProgram();
});
afterAll(() => running.stop());
/** Each test has separate accounts, because accounts have limits on unpaid holds. */
let testNumber = 0;
beforeEach(async () => {
  testNumber += 1;
  cohort = await openCohort(running.store, program, { places: 6, now });
});

const occasion = (at = now) => ({ actor, action: "sample", now: at });
const account = (email: string) => ({ sub: `sub-${testNumber}-${email}`, email });
const payer = (name: string) => account(`${name}@example.com`);
const bea = "bea@example.com";

const quoted = () => sampleQuote(running.store, program, cohort, now);

/** A hold by a payer for a participant; a payer with the participant's own address books for themselves. */
const tryHold = async (email: string, by: string, at = now) =>
  holdSample(running.store, await quoted(), email, at, account(by));
const invited = async (by = "ada", email = bea): Promise<Booking> =>
  heldBooking(running.store, await quoted(), email, now, payer(by));
const own = async (email = bea) => tryHold(email, email);

const read = async ({ id }: Booking): Promise<Booking> => {
  const booking = await readBooking(running.store, id);
  if (booking === null) throw new Error(`${id} does not exist`);
  return booking;
};

const accept = (booking: Booking, email = bea, signature = "Bea Participant", store = running.store) => {
  const { hash } = participationDocument(booking);
  const evidence = { email, hash, signature, sourceIp: "192.0.2.1", userAgent: "test", signedBy: "sub-bea" };
  return acceptParticipation(store, booking.id, evidence, occasion(), () => null);
};
const decline = (booking: Booking, email = bea) =>
  endEarly(
    running.store,
    { bookingId: booking.id, by: "participant", refundId: ids.next("ref"), participant: email },
    occasion(),
  );
const cancel = (booking: Booking) =>
  endEarly(running.store, { bookingId: booking.id, by: "client", refundId: ids.next("ref") }, occasion());
const correct = (booking: Booking, email: string) =>
  correctInvitation(running.store, booking.id, participantBody(email), occasion(), () => null);
const lapse = (booking: Booking) => lapseHold(running.store, booking.id, occasion(plusMinutes(now, 31)));

/** The store without the condition that keeps a lock for one booking. */
function careless(): Store {
  const { client } = running.store;
  const send = (command: Parameters<typeof client.send>[0]) => {
    for (const { Update } of command instanceof TransactWriteCommand ? (command.input.TransactItems ?? []) : []) {
      if (String(Update?.Key?.pk).startsWith("LOCK#") && Update !== undefined) {
        Update.ConditionExpression = "attribute_not_exists(pk) OR bookingId <> :nobody OR #until <= :now";
        Update.ExpressionAttributeValues = { ...Update.ExpressionAttributeValues, ":nobody": "" };
      }
    }
    return client.send(command);
  };
  return { ...running.store, client: Object.assign(Object.create(client), { send }) };
}

describe("a booking for somebody else", () => {
  test("blocks nobody: the participant and another payer can still book", async () => {
    await invited("ada");
    expect(await own()).toMatchObject({ ok: true });
    expect(await tryHold(bea, "cal@example.com")).toMatchObject({ ok: true });
  });

  test("gets the same answer, whatever the participant has booked, been invited to, or accepted", async () => {
    const unknown = await tryHold("nobody@example.com", "eve@example.com");
    await own();
    const booked = await tryHold(bea, "eve@example.com");
    const accepted = await invited("ada", "cal@example.com");
    await accept(accepted, "cal@example.com");
    const taken = await tryHold("cal@example.com", "gil@example.com");
    for (const answer of [booked, taken]) expect(answer.ok).toBe(unknown.ok);
    const eve = { cohortId: cohort.id, owner: payer("eve"), participant: participantBody(bea) };
    expect(await bookingInTheWay(running.store, { ...eve, owner: payer("fay") }, now)).toBeNull();
  });

  test("is the payer's only live booking for that address, and a refusal names it", async () => {
    const first = await invited("ada");
    expect(await tryHold("BEA@example.com", "ada@example.com")).toEqual({ ok: false, reason: "already_booked" });
    expect(await bookingInTheWay(running.store, first, now)).toBe(first.id);
    await accept(first);
    expect(await tryHold(bea, "ada@example.com")).toEqual({ ok: false, reason: "already_booked" });
    await cancel(first);
    expect(await tryHold(bea, "ada@example.com")).toMatchObject({ ok: true });
  });

  test("two concurrent holds by one payer for one address leave one", async () => {
    const results = await Promise.all(Array.from({ length: 5 }, () => tryHold(bea, "ada@example.com")));
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(results.filter((result) => !result.ok && result.reason === "already_booked")).toHaveLength(4);
  });
});

describe("accepting", () => {
  test("two payers' invitations at once leads to one booking, and names it only to the participant", async () => {
    const both = [await invited("ada"), await invited("cal")];
    const results = await Promise.all(both.map((booking) => accept(booking)));
    const [refused] = results.filter(({ ok }) => !ok);
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(refused).toMatchObject({ ok: false, reason: "already_booked" });
    const states = await Promise.all(both.map(read));
    const [accepted] = states.filter(({ participation }) => participation === "accepted");
    expect(states.map(({ participation }) => participation).sort()).toEqual(["accepted", "invited"]);
    expect(await bookingTakenPartIn(running.store, both[0] as Booking, now)).toBe(accepted?.id);
  });

  test("control: without the lock's condition, the participant takes part twice", async () => {
    const both = [await invited("ada"), await invited("cal")];
    await Promise.all(both.map((booking) => accept(booking, bea, "Bea Participant", careless())));
    const states = await Promise.all(both.map(read));
    expect(states.map(({ participation }) => participation)).toEqual(["accepted", "accepted"]);
  });

  test("while booking for oneself leaves one booking with the participant", async () => {
    cohort = await openCohort(running.store, program, { places: 10, now });
    for (let round = 0; round < 5; round++) {
      const email = `round-${round}@example.com`;
      const booking = await invited(`payer-${round}`, email);
      const [accepted, booked] = await Promise.all([accept(booking, email), own(email)]);
      expect([accepted.ok, booked.ok].sort()).toEqual([false, true]);
    }
  });

  test("is refused if the participant has booked just before, and the invitation stays open", async () => {
    const booking = await invited();
    justBefore(anyWrite, () => own());
    expect(await accept(booking)).toMatchObject({ ok: false, reason: "already_booked" });
    expect((await read(booking)).participation).toBe("invited");
  });

  test("twice with the same signature counts once, and with another one is refused", async () => {
    const booking = await invited();
    const [first, second] = await Promise.all([accept(booking), accept(booking)]);
    expect([first, second]).toEqual([expect.objectContaining({ ok: true }), expect.objectContaining({ ok: true })]);
    const { version } = await read(booking);
    expect(await accept(booking)).toMatchObject({ ok: true, booking: { version } });
    expect(await accept(booking, bea, "Another Name")).toEqual({ ok: false, reason: "agreement_signed" });
  });

  test("leaves the payer's agreement unchanged, byte for byte, without a second copy of its text", async () => {
    const booking = await invited();
    const { version, ...kept } = (await readAgreement(running.store, booking.id, 1)) ?? expect.fail();

    expect(kept).toEqual(agreementDocument(kept.terms));
    expect(kept.hash).toBe(booking.agreement.hash);
    const { Item } = await running.store.client.send(
      new GetCommand({ TableName: running.store.tables.core, Key: keys.agreement(booking.id, version) }),
    );
    const page = unpacked<Record<string, unknown>>(Item?.page);
    expect({ ...Item, ...page }).toMatchObject({ hash: kept.hash, blocks: kept.blocks });
    expect({ ...Item, ...page }).not.toHaveProperty("html");
  });

  test("leaves the document of the payer's agreement unchanged when it is signed, and stores the signature beside it", async () => {
    const booking = await invited();
    const { hash, version } = booking.agreement;
    const documentItem = async () => {
      const Key = keys.agreement(booking.id, version);
      return (await running.store.client.send(new GetCommand({ TableName: running.store.tables.core, Key }))).Item;
    };
    const before = await documentItem();
    const evidence = { signature: "Ada", sourceIp: "192.0.2.1", userAgent: "test", signedBy: "sub-ada", autopay: true };
    const occasion = { actor: { sub: "sub-ada", role: "client" }, action: "sign", now } as const;
    await signAgreement(running.store, booking.id, { hash, ...evidence }, occasion, () => null);

    expect(await documentItem()).toEqual(before);
    const stored = await readAgreement(running.store, booking.id, version);
    expect(stored?.signed).toEqual({ ...evidence, signedAt: now });
    expect(stored?.html).toBe(agreementDocument(stored?.terms ?? expect.fail()).html);
  });

  test("stores the exact document with its signature", async () => {
    const booking = await invited();
    const shown = await readTerms(running.store, booking);
    await accept(booking);
    const accepted = await read(booking);
    expect(accepted.acceptance).toEqual({ version: 1, hash: shown.hash, at: now });
    expect(await readTerms(running.store, accepted)).toEqual({
      ...shown,
      signed: {
        signature: "Bea Participant",
        sourceIp: "192.0.2.1",
        userAgent: "test",
        signedBy: "sub-bea",
        signedAt: now,
      },
    });
  });

  test("and the payer's concurrent cancellation end in the cancellation, with no lock left", async () => {
    const booking = await invited();
    await Promise.all([accept(booking), cancel(booking)]);
    expect((await read(booking)).status).toBe("cancelled");
    expect(await own()).toMatchObject({ ok: true });
    expect(await tryHold(bea, "ada@example.com")).toMatchObject({ ok: true });
  });

  test("is impossible if the payer cancels just before", async () => {
    const booking = await invited();
    justBefore(anyWrite, () => cancel(booking));
    expect(await accept(booking)).toEqual({ ok: false, reason: "invalid_transition" });
    expect(await bookingTakenPartIn(running.store, booking, now)).toBeNull();
  });

  test("is not found by a person invited by mistake, once the address is corrected", async () => {
    const booking = await invited("ada", "mistake@example.com");
    justBefore(anyWrite, () => correct(booking, bea));
    expect(await accept(booking, "mistake@example.com")).toEqual({ ok: false, reason: "not_found" });
    expect(await accept(booking, "mistake@example.com")).toEqual({ ok: false, reason: "not_found" });
    expect(await decline(booking, "mistake@example.com")).toEqual({ ok: false, reason: "not_found" });
    expect(await accept(await read(booking))).toMatchObject({ ok: true });
  });

  test("lasts as long as the hold: then the participant is free to book", async () => {
    const booking = await invited();
    await accept(booking);
    expect(await tryHold(bea, bea, plusMinutes(now, 29))).toEqual({ ok: false, reason: "already_booked" });
    expect(await tryHold(bea, bea, plusMinutes(now, 31))).toMatchObject({ ok: true });
  });
});

describe("a corrected address", () => {
  test("moves the payer's lock with it", async () => {
    const booking = await invited("ada", "mistake@example.com");
    expect(await correct(booking, bea)).toMatchObject({ ok: true, booking: { agreement: { version: 2 } } });
    expect(await tryHold(bea, "ada@example.com")).toEqual({ ok: false, reason: "already_booked" });
    expect(await tryHold("mistake@example.com", "ada@example.com")).toMatchObject({ ok: true });
  });

  test("is refused if the payer has another live booking for it", async () => {
    const other = await invited("ada");
    const booking = await invited("ada", "mistake@example.com");
    expect(await correct(booking, bea)).toMatchObject({ ok: false, reason: "already_booked" });
    expect(await bookingInTheWay(running.store, other, now)).toBe(other.id);
    expect((await read(booking)).participant.email).toBe("mistake@example.com");
  });

  test("is refused once the participant has accepted just before", async () => {
    const booking = await invited();
    justBefore(anyWrite, () => accept(booking));
    expect(await correct(booking, "cal@example.com")).toEqual({ ok: false, reason: "invalid_transition" });
    expect(await read(booking)).toMatchObject({ participation: "accepted", participant: { email: bea } });
  });

  test("of two concurrent ones counts once", async () => {
    const booking = await invited();
    const results = await Promise.all([correct(booking, "cal@example.com"), correct(booking, "dan@example.com")]);
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(results.filter((result) => !result.ok && result.reason === "limit_exceeded")).toHaveLength(1);
  });
});

describe("late money", () => {
  /** The locks and places that name a booking. */
  async function claimedBy({ id }: Booking) {
    const { client, tables } = running.store;
    const found = await client.send(
      new ScanCommand({
        TableName: tables.core,
        FilterExpression: "claimedBy = :claimant OR takenBy = :id OR (bookingId = :id AND sk = :lock)",
        ExpressionAttributeValues: { ":id": id, ":claimant": `booking#${id}`, ":lock": "LOCK" },
        ConsistentRead: true,
      }),
    );
    expect(found.LastEvaluatedKey).toBeUndefined();
    return found.Items;
  }

  /** An attempt that opened a deposit page before the hold lapsed. */
  async function paidLate(booking: Booking) {
    const attempt = {
      id: ids.next("att"),
      version: 1,
      bookingId: booking.id,
      dueId: booking.dues[0]?.id ?? "",
      purpose: "deposit" as const,
      amount: booking.dues[0]?.amount ?? 0,
      currency: booking.currency,
      status: "open" as const,
      description: "Sample",
      autopay: false,
      methods: ["card" as const],
      customerId: "cus_1",
      returnUrl: "https://example.org",
      sessionId: "cs_1",
      url: "https://example.org",
      sessionExpiresAt: plusMinutes(now, 31),
      heldUntil: null,
      via: "checkout" as const,
      verifyUntil: null,
      paymentIntentId: null,
      chargeId: null,
      feePosted: false,
      failureCode: null,
      createdAt: now,
      dueAt: null,
    };
    await commit(running.store, [attemptPut(running.store, attempt)]);
    const settled = await settleAttempt(
      running.store,
      { bookingId: booking.id, attemptId: attempt.id, refundId: ids.next("ref") },
      {
        kind: "succeeded",
        paymentIntentId: `pi_${attempt.id}`,
        chargeId: `ch_${attempt.id}`,
        amount: attempt.amount,
        currency: attempt.currency,
        paidAt: plusMinutes(now, 40),
        paidWith: card,
        booked: null,
      },
      occasion(plusMinutes(now, 40)),
    );
    expect(settled).toMatchObject({ ok: true });
    return (await read(booking)).status;
  }

  async function signedAndLapsed(accepted: boolean): Promise<Booking> {
    const booking = await invited();
    const evidence = { signature: "Ada", sourceIp: "", userAgent: "", signedBy: "sub-ada", autopay: false };
    const { hash } = booking.agreement;
    await signAgreement(running.store, booking.id, { hash, ...evidence }, occasion(), () => null);
    if (accepted) await accept(await read(booking));
    await lapse(booking);
    expect((await read(booking)).status).toBe("expired");
    return booking;
  }

  test("needs only the payer's lock before the acceptance, whatever the participant books", async () => {
    const booking = await signedAndLapsed(false);
    await tryHold(bea, bea, plusMinutes(now, 35));
    expect(await paidLate(booking)).toBe("awaiting_clearance");
  });

  test("is refunded if the payer has booked for that address again", async () => {
    const booking = await signedAndLapsed(false);
    await tryHold(bea, "ada@example.com", plusMinutes(now, 35));
    expect(await paidLate(booking)).toBe("expired");
  });

  test("is refunded after the acceptance if the participant has booked in the meantime", async () => {
    const booking = await signedAndLapsed(true);
    await tryHold(bea, bea, plusMinutes(now, 35));
    expect(await paidLate(booking)).toBe("expired");
  });

  test("that is refunded releases the hold's place and locks, even if its lapse was unnoticed", async () => {
    const booking = await invited();
    await accept(booking);
    await tryHold(bea, bea, plusMinutes(now, 35));
    expect(await paidLate(booking)).toBe("expired");
    expect(await claimedBy(booking)).toEqual([]);
  });

  test("revives an accepted booking with the participant's lock", async () => {
    const booking = await signedAndLapsed(true);
    expect(await paidLate(booking)).toBe("awaiting_clearance");
    expect(await tryHold(bea, bea, plusMinutes(now, 45))).toEqual({ ok: false, reason: "already_booked" });
  });
});
