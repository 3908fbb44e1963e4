import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { GetCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { Booking } from "@clearing/domain/booking";
import type { EventName } from "@clearing/domain/event";
import { personKey } from "@clearing/domain/person";
import { today } from "@clearing/domain/testing/retreat";
import { readConfig } from "@clearing/runtime/config";
import type { BusEvent } from "@clearing/runtime/consumer";
import type { Deps } from "@clearing/runtime/deps";
import type { Mail, MailOutcome } from "@clearing/runtime/mailer";
import { payLinks } from "@clearing/runtime/pay-links";
import { fakeDeps } from "@clearing/runtime/testing/fake-deps";
import { describe, expect, test } from "vitest";
import { mailAbout } from "./mailer.ts";
import { anna, corrected, forAnna } from "./testing/anna.ts";

function event(name: EventName, data: Record<string, unknown> = {}): BusEvent {
  const subject = { type: "booking", id: "bkg_1", version: 1 };
  const told = { source: "clearing", name, id: "evt_1", version: 1, occurredAt: "2027-01-01T00:00:00Z" };
  return { ...told, correlationId: "JKJaXmPLvHcESHA=", subject, data };
}

function office(
  answer: () => Promise<MailOutcome> = async () => "sent",
  booking: Booking = anna.held,
  parts: Partial<Deps> = {},
) {
  const sent: Mail[] = [];
  const mailer = {
    send: async (mail: Mail) => {
      sent.push(mail);
      return answer();
    },
  };
  const { deps, table, log } = fakeDeps({ mailer, clock: { now: () => today }, ...parts });
  table.on(GetCommand).resolves({ Item: { ...booking, pk: "BKG#bkg_1", sk: "BOOKING" } });
  const links = async () => payLinks(["sample key"]);
  return { sent, table, log, handle: (of: BusEvent) => mailAbout(of, { ...deps, mailer, payLinks: links }) };
}

describe("a mail", () => {
  test("goes to the booking's people, as text and as HTML", async () => {
    const { sent, handle } = office();

    await handle(event("BookingHeld"));

    expect(sent).toMatchObject([
      {
        id: "evt_1.payer",
        to: "anna@example.org",
        subject: "We are holding a place for you",
        tags: { booking: "bkg_1", recipient: "payer" },
      },
    ]);
    expect(sent[0]?.text).toContain("January 4, 2027, 10:30 AM MST");
    expect(sent[0]?.html).toContain("<p>Reference: bkg_1</p>");
  });

  test("has a link that still works on the day of the cancellation that it announces", async () => {
    const ids = { bookingId: "bkg_01m8f2m6rr1b3qm4p5qc7m9hn8", dueId: "due_01m8f2m6rr1b3qm4p5qc7m9hn9" };
    const dues = anna.confirmed.dues.map((due) => ({ ...due, id: ids.dueId, dueOn: "2027-01-03" })).slice(1);
    const { sent, handle } = office(undefined, { ...anna.confirmed, id: ids.bookingId, dues });
    const told = event("DueNotice", { dueId: ids.dueId, kind: "final", cancelsOn: "2027-02-22" });

    await handle({ ...told, subject: { ...told.subject, id: ids.bookingId } });

    const token = /\/pay\/(\S+)/.exec(sent[0]?.text ?? "")?.[1] ?? "";
    expect(payLinks(["sample key"]).read(token, "2027-02-22T17:00:00Z")).toEqual(ids);
  });

  test("to the operator needs no more grants than a mailer has, and links to no client site", async () => {
    const names = { MERCHANT_NAME: "Sample Operator", SUPPORT_EMAIL: "help@example.org" };
    const config = readConfig({ ...names, SITE_URL: "https://my.example.org", PUBLIC_URL: "https://api.example.org" });
    const dues = anna.confirmed.dues.map((due) => ({ ...due, dueOn: "2027-01-03" }));
    const { sent, handle } = office(undefined, { ...anna.confirmed, dues }, { config });

    await handle(event("CollectionTaskOpened", { dueId: "due_1", reason: "not_paid" }));

    expect(sent).toMatchObject([{ id: "evt_1.operator", to: "help@example.org", tags: { recipient: "operator" } }]);
    expect(sent[0]?.html).not.toContain("my.example.org");
  });

  test("is not sent for events without a mail", async () => {
    const { sent, handle } = office();

    await handle(event("ClearanceChanged"));
    await handle(event("DueBilled"));
    await handle({ ...event("CohortOpened"), subject: { type: "cohort", id: "coh_1", version: 1 } });

    expect(sent).toEqual([]);
  });

  test("reads no booking if a clearance has changed without lapsing", async () => {
    const { table, handle } = office();
    const looks = () => table.commandCalls(GetCommand).length;

    for (const status of ["pending", "cleared", "not_cleared", "withdrawn"]) {
      await handle(event("ClearanceChanged", { status }));
    }
    expect(looks()).toBe(0);
    await handle(event("ClearanceChanged", { status: "lapsed" }));
    expect(looks()).toBe(1);
  });

  test("is sent once, however often its event is delivered", async () => {
    const { sent, table, handle } = office();
    await handle(event("BookingHeld"));
    const sentBefore = { message: "no", $metadata: {}, Item: { status: { S: "sent" } } };
    table.on(PutCommand).rejects(new ConditionalCheckFailedException(sentBefore));

    await handle(event("BookingHeld"));

    expect(sent).toHaveLength(1);
  });

  test("is retried after the mail service was down", async () => {
    const { handle } = office(async () => {
      throw new Error("down");
    });

    await expect(handle(event("BookingHeld"))).rejects.toThrow("down");
  });

  test("is not retried after a permanent refusal; the address is marked, and the log does not name it", async () => {
    const { log, table, handle } = office(async () => "refused");

    await handle(event("BookingHeld"));

    expect(log.join("")).toContain("MailRefused");
    expect(log.join("")).not.toContain("anna");
    expect(table.commandCalls(PutCommand).map(({ args }) => args[0].input.Item)).toContainEqual(
      expect.objectContaining({ pk: `BOUNCE#${personKey("anna@example.org")}`, kind: "refused", at: today }),
    );
  });

  test("refused by SES's sandbox for its recipient marks no address, and is not retried", async () => {
    const { log, table, handle } = office(async () => "recipient_not_verified");

    await handle(event("BookingHeld"));

    expect(log.join("")).toContain("MailRefused");
    expect(JSON.stringify(table.commandCalls(PutCommand).map(({ args }) => args))).not.toContain("BOUNCE#");
  });

  test("is kept and counted by a stage without a mail domain", async () => {
    const { log, handle } = office(async () => "kept");

    await handle(event("BookingHeld"));

    expect(log.join("")).toContain('"MailKept":1');
  });

  test("that is no longer true is not sent, and is not marked as sent", async () => {
    const { sent, table, handle } = office(undefined, anna.awaiting_clearance);

    await handle(event("HoldExpired"));

    expect(sent).toEqual([]);
    expect(table.commandCalls(PutCommand)).toEqual([]);
  });

  test("is retried if its booking cannot be read yet", async () => {
    const { table, handle } = office();
    table.on(GetCommand).resolves({});

    await expect(handle(event("BookingHeld"))).rejects.toThrow("bkg_1");
  });
});

describe("if somebody else pays", () => {
  const sentAbout = async (name: EventName, booking: Booking, data: Record<string, unknown> = {}) => {
    const { sent, handle } = office(undefined, booking);
    await handle(event(name, data));
    return sent.map(({ to, tags }) => `${tags.recipient} ${to}`);
  };
  const paul = "payer paul@example.org";
  const participant = "participant anna@example.org";
  const money = { dueId: "due_0", attemptId: "att_1", amount: 5, currency: "usd", by: "client", refund: 0, kept: 0 };

  test.each([
    ["BookingHeld", anna.held, [paul]],
    ["AgreementSigned", anna.held, [paul]],
    ["PaymentProcessing", anna.paying, [paul]],
    ["PaymentActionRequired", anna.paying, [paul]],
    ["PaymentFailed", anna.held, [paul]],
    ["PaymentSettled", anna.awaiting_clearance, [paul]],
    ["RefundSucceeded", anna.cancelled, [paul]],
    ["ParticipantCorrected", corrected(anna.awaiting_clearance), [paul]],
    ["BookingUnconfirmed", anna.awaiting_clearance, [participant]],
    ["HoldExpired", anna.expired, [paul, participant]],
    ["BookingConfirmed", anna.confirmed, [paul, participant]],
    ["BookingDeclined", anna.declined, [paul, participant]],
    ["BookingCancelled", anna.cancelled, [paul, participant]],
  ] as const)("a mail about %s goes to the right people", async (name, booking, expected) => {
    expect(await sentAbout(name, forAnna(booking), money)).toEqual(expected);
  });

  test.each(["ClearanceChanged", "ClearanceReminder"] as const)(
    "a missing or lapsed evaluation is mailed only to the participant: %s",
    async (name) => {
      expect(await sentAbout(name, forAnna(anna.awaiting_clearance), { status: "lapsed" })).toEqual([participant]);
    },
  );

  test.each(["invited", "declined"] as const)(
    "a participant who has %s gets no mail about the status",
    async (participation) => {
      for (const [name, booking] of [
        ["HoldExpired", anna.expired],
        ["BookingConfirmed", anna.confirmed],
        ["BookingDeclined", anna.declined],
        ["BookingCancelled", anna.cancelled],
      ] as const) {
        expect(await sentAbout(name, { ...forAnna(booking), participation }, money)).toEqual([paul]);
      }
    },
  );

  test.each([
    ["invited", anna.held, [participant]],
    ["accepted", anna.held, [paul, participant]],
    ["declined", anna.cancelled, [participant]],
  ] as const)("the mail that a participant has %s goes to the right people", async (participation, found, expected) => {
    const { agreement } = found;
    const signed = { ...forAnna(found), agreement: { ...agreement, signedVersion: agreement.version } };

    expect(await sentAbout("ParticipationChanged", { ...signed, participation }, { participation })).toEqual(expected);
  });

  test("invitations to an address have a separate limit from mails about holds, and are left out above it", async () => {
    const { agreement } = anna.held;
    const signed = { ...agreement, signedVersion: agreement.version };
    const booking: Booking = { ...forAnna(anna.held), participation: "invited", agreement: signed };
    const { sent, log, table, handle } = office(undefined, booking);
    table.on(UpdateCommand).callsFake(({ Key }) => {
      if (Key.sk.startsWith("INVITATION#")) throw new ConditionalCheckFailedException({ message: "no", $metadata: {} });
      return {};
    });

    await handle(event("ParticipationChanged", { participation: "invited" }));

    expect(sent).toEqual([]);
    expect(log.join("")).toContain('"MailLeftOut":1');
  });

  test("one payer's second invitation of a day to an address is left out, also when the first was of another booking", async () => {
    const { agreement } = anna.held;
    const signed = { ...agreement, signedVersion: agreement.version };
    const booking: Booking = { ...forAnna(anna.held), participation: "invited", agreement: signed };
    const { sent, log, table, handle } = office(undefined, booking);
    const counted = new Map<string, Set<string>>();
    table.on(UpdateCommand).callsFake(({ Key, ExpressionAttributeValues: values }) => {
      if (values[":mail"] === undefined) return {};
      const ids = counted.get(`${Key.pk} ${Key.sk}`) ?? new Set<string>();
      if (ids.size >= values[":most"] && !ids.has(values[":mailId"]))
        throw new ConditionalCheckFailedException({ message: "no", $metadata: {} });
      counted.set(`${Key.pk} ${Key.sk}`, new Set([...ids, ...values[":mail"]]));
      return {};
    });
    const invitation = event("ParticipationChanged", { participation: "invited" });
    const booked = (by: string) =>
      table.on(GetCommand).resolves({
        Item: { ...booking, owner: { sub: by, email: `${by}@example.org` }, pk: "BKG#bkg_1", sk: "BOOKING" },
      });

    await handle(invitation);
    await handle(invitation);
    await handle({ ...invitation, id: "evt_2" });
    expect(sent.map(({ id }) => id)).toEqual(["evt_1.participant", "evt_1.participant"]);
    expect(log.join("")).toContain('"MailLeftOut":1');

    booked("petra");
    await handle({ ...invitation, id: "evt_3" });
    expect(sent.map(({ id }) => id).at(-1)).toBe("evt_3.participant");
    expect([...counted.keys()].join("")).not.toContain("@");
  });

  test("each of two mails has a separate mark, so that a failure of one does not repeat the other", async () => {
    const { table, handle } = office(undefined, forAnna(anna.confirmed));

    await handle(event("BookingConfirmed"));

    const marks = table.commandCalls(PutCommand).map(({ args }) => args[0].input.Item?.pk);
    expect(marks).toEqual(["MAIL#evt_1.payer", "MAIL#evt_1.participant"]);
  });
});

describe("mails about an unpaid hold", () => {
  /** An office in which the address has reached the day's limit of mails. */
  function fullOffice(booking: Booking) {
    const full = office(undefined, booking);
    full.table.on(UpdateCommand).callsFake(({ Key }) => {
      if (/^MAIL#[0-9a-f]{32}$/.test(Key.pk) && Key.sk.startsWith("HOLD#2027-01-0")) {
        throw new ConditionalCheckFailedException({ message: "no", $metadata: {} });
      }
      return {};
    });
    return full;
  }

  test.each([
    ["BookingHeld", anna.held],
    ["ParticipantCorrected", corrected(forAnna(anna.held))],
    ["HoldExpired", anna.expired],
    ["BookingCancelled", anna.cancelled_unpaid],
  ] as const)("are left out above the day's limit, and counted: %s", async (name, booking) => {
    const { sent, log, handle } = fullOffice(booking);

    await handle(event(name, { by: "client", refund: 0, kept: 0 }));

    expect(sent).toEqual([]);
    expect(log.join("")).toContain('"MailLeftOut":1');
  });

  test.each([
    ["AgreementSigned", anna.held],
    ["PaymentFailed", anna.held],
    ["BookingCancelled", anna.cancelled],
    ["RefundSucceeded", anna.expired],
    ["BookingDeclined", { ...anna.declined, paid: 0 }],
  ] as const)("are the only limited ones: %s is always sent", async (name, booking) => {
    const { sent, handle } = fullOffice(booking);

    await handle(event(name, { by: "client", refund: 0, kept: 0, dueId: "due_0" }));

    expect(sent).toHaveLength(1);
  });
});
