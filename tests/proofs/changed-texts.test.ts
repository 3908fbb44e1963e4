import { DeleteCommand, GetCommand } from "@aws-sdk/lib-dynamodb";
import { signAgreement } from "@clearing/commands/agreement";
import { acceptParticipation, correctInvitation } from "@clearing/commands/participation";
import { currentPermission } from "@clearing/commands/permission";
import { agreementDocument } from "@clearing/domain/agreement";
import type { Booking } from "@clearing/domain/booking";
import type { Program } from "@clearing/domain/program";
import type { Instant } from "@clearing/domain/time";
import { asOffered, readAgreement, readTerms } from "@clearing/store/agreement";
import { readBooking } from "@clearing/store/booking";
import { keys } from "@clearing/store/keys";
import { readPermission } from "@clearing/store/permission";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { participantBody } from "../harness/http.ts";
import { actor, heldBooking, openCohort, sampleProgram, sampleQuote } from "../harness/sample.ts";
import { startTestStore, type TestStore } from "../harness/store.ts";

type Texts = { version: number; admission: { confirmation: string } };

/** The texts of a document, which tests change as a deployment would. */
const { agreement, participation } = vi.hoisted(() => ({ agreement: {} as Texts, participation: {} as Texts }));

vi.mock("../../packages/domain/src/agreement/texts/agreement.ts", async (original) => ({
  default: Object.assign(agreement, (await original<{ default: Texts }>()).default),
}));
vi.mock("../../packages/domain/src/agreement/texts/participation-terms.ts", async (original) => ({
  default: Object.assign(participation, (await original<{ default: Texts }>()).default),
}));

const now: Instant = "2027-03-01T17:00:00Z";
const occasion = { actor, action: "sample", now };
let running: TestStore;
let program: Program;
beforeAll(async () => {
  running = await startTestStore();
  program = sampleProgram();
});
afterAll(() => running.stop());

const asBefore = { agreement: { ...agreement }, participation: { ...participation } };
afterEach(() => {
  Object.assign(agreement, asBefore.agreement);
  Object.assign(participation, asBefore.participation);
});

const change = (texts: Texts) =>
  Object.assign(texts, { version: texts.version + 1, admission: { ...texts.admission, confirmation: "New words." } });

const held = async (email: string, by: string): Promise<Booking> => {
  const cohort = await openCohort(running.store, program, { places: 1, now });
  const quote = await sampleQuote(running.store, program, cohort, now);
  return heldBooking(running.store, quote, email, now, { sub: `sub-${by}`, email: by });
};
const read = async ({ id }: Booking) => (await readBooking(running.store, id)) ?? expect.fail();
const kept = async ({ id }: Booking, version = 1) => (await readAgreement(running.store, id, version)) ?? expect.fail();
const shown = async (booking: Booking) => {
  const current = await read(booking);
  return asOffered(current, await kept(current, current.agreement.version));
};
const evidence = { signature: "Ada Payer", sourceIp: "192.0.2.1", userAgent: "test", signedBy: "sub-ada" };
const sign = ({ id }: Booking, hash: string) =>
  signAgreement(running.store, id, { ...evidence, hash, autopay: true }, occasion, () => null);

describe("texts that change between hold and signature", () => {
  test("make a new version of an unsigned agreement, and the old hash is refused", async () => {
    const booking = await held("ada@example.com", "ada@example.com");
    const before = await shown(booking);
    change(agreement);

    const offered = await shown(booking);

    expect(before.html).not.toContain("New words.");
    expect(offered.html).toContain("New words.");
    expect(offered.version).toBe(2);
    expect(await sign(booking, before.hash)).toEqual({ ok: false, reason: "agreement_changed" });
    expect((await read(booking)).agreement).toEqual(booking.agreement);
  });

  test("are signed by the new hash: the new version is stored with its signature, the old one is unchanged", async () => {
    const booking = await held("bea@example.com", "bea@example.com");
    const before = await kept(booking);
    change(agreement);
    const offered = await shown(booking);

    expect(await sign(booking, offered.hash)).toMatchObject({ ok: true });

    const signed = await read(booking);
    expect(signed.agreement).toEqual({ version: 2, hash: offered.hash, signedVersion: 2, signedAt: now });
    expect(await shown(booking)).toEqual({ ...offered, signed: { ...evidence, autopay: true, signedAt: now } });
    expect(await kept(booking)).toEqual(before);
    const permission = await readPermission(running.store, booking.id, signed.permission?.id ?? "");
    expect(permission?.html).toContain("agreement version 2");
    expect(permission?.given.agreementVersion).toBe(2);
    expect(await sign(booking, offered.hash)).toMatchObject({ ok: true, booking: { version: signed.version } });
  });

  test("state the booking's late charge although the stored terms lack it", async () => {
    const booking = await held("dee@example.com", "dee@example.com");
    const { terms, ...document } = await kept(booking);
    const { lateCharge: _, ...before } = terms;
    const charges = { ...booking.terms, lateCharge: { amount: 2_500, graceDays: 10, capPercent: 5 } };

    const offered = asOffered({ ...booking, terms: charges }, { ...document, terms: before });

    expect(offered.html).toContain("we add one late charge of $25.00");
    expect(offered.version).toBe(2);
  });

  test("leave the bytes of a signed agreement unchanged", async () => {
    const booking = await held("cal@example.com", "cal@example.com");
    const { hash, html } = await shown(booking);
    await sign(booking, hash);
    const documentItem = async () => {
      const Key = keys.agreement(booking.id, 1);
      return (await running.store.client.send(new GetCommand({ TableName: running.store.tables.core, Key }))).Item;
    };
    const stored = await documentItem();
    change(agreement);

    expect(agreementDocument((await kept(booking)).terms).html).toContain("New words.");
    expect(await shown(booking)).toMatchObject({ version: 1, hash, html });
    expect(await documentItem()).toEqual(stored);
    expect(await sign(booking, hash)).toMatchObject({ ok: true });
    expect(await readAgreement(running.store, booking.id, 2)).toBeNull();
  });

  test("change terms that a participant has not accepted, and leave accepted ones", async () => {
    const accept = (booking: Booking, hash: string) => {
      const signed = { hash, ...evidence, signedBy: "sub-dee" };
      return acceptParticipation(
        running.store,
        booking.id,
        { email: "dee@example.com", ...signed },
        occasion,
        () => null,
      );
    };
    const booking = await held("dee@example.com", "eve@example.com");
    const before = await readTerms(running.store, booking);
    change(participation);

    expect(await accept(booking, before.hash)).toEqual({ ok: false, reason: "agreement_changed" });
    const offered = await readTerms(running.store, booking);
    expect(offered.html).toContain("New words.");
    expect(await accept(booking, offered.hash)).toMatchObject({ ok: true });

    Object.assign(participation, asBefore.participation);
    expect(await readTerms(running.store, await read(booking))).toMatchObject({
      hash: offered.hash,
      html: offered.html,
    });
  });
});

describe("a stored text that is missing", () => {
  const remove = (Key: { pk: string; sk: string }) =>
    running.store.client.send(new DeleteCommand({ TableName: running.store.tables.core, Key }));
  /** What the log shows of the error. */
  const logged = (message: string, { id }: Booking) => ({ name: "Failure", words: message, fields: { bookingId: id } });

  test("stops a signature and a correction of the invitation, and the log names the booking", async () => {
    const booking = await held("fay@example.com", "gus@example.com");
    const { hash } = await shown(booking);
    await remove(keys.agreement(booking.id, 1));
    const participant = participantBody("fay@example.org");

    await expect(sign(booking, hash)).rejects.toMatchObject(logged("agreement not found", booking));
    await expect(correctInvitation(running.store, booking.id, participant, occasion, () => null)).rejects.toMatchObject(
      logged("agreement not found", booking),
    );
  });

  test("is not replaced by today's permission, and the log names the booking", async () => {
    const booking = await held("hal@example.com", "hal@example.com");
    await sign(booking, (await shown(booking)).hash);
    const signed = await read(booking);
    await remove(keys.permission(booking.id, signed.permission?.id ?? ""));

    await expect(currentPermission(running.store, signed)).rejects.toMatchObject(
      logged("permission not found", booking),
    );
  });

  test("is not replaced by today's participation terms, and the log names the booking", async () => {
    const booking = await held("ira@example.com", "jo@example.com");
    const { hash } = await readTerms(running.store, booking);
    const acceptance = { email: "ira@example.com", hash, ...evidence, signedBy: "sub-ira" };
    await acceptParticipation(running.store, booking.id, acceptance, occasion, () => null);
    const accepted = await read(booking);
    await remove(keys.acceptance(booking.id, accepted.acceptance?.version ?? 0));

    await expect(readTerms(running.store, accepted)).rejects.toMatchObject(logged("accepted terms not found", booking));
  });
});
