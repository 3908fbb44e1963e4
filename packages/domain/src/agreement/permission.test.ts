import { describe, expect, test } from "vitest";
import { type Booking, unconfirm } from "../booking/index.ts";
import type { PlanKind } from "../plan/index.ts";
import { Life } from "../testing/life.ts";
import { cohort, held, program, quoted } from "../testing/retreat.ts";
import { wordsOf as words } from "../testing/words.ts";
import { longDate } from "../time/long-date.ts";
import {
  agreementDocument,
  fromDeposit,
  methodToCome,
  participationDocument,
  permissionDocument,
  savedMethodInWords,
} from "./index.ts";

const card = savedMethodInWords({ type: "card", last4: "4242" });
const kinds: PlanKind[] = ["full", "deposit_and_balance", "installments", "financed"];
const offered = program({
  plans: [
    { kind: "full" },
    { kind: "deposit_and_balance", balanceDueDaysBefore: 30 },
    { kind: "installments", months: 2 },
    { kind: "financed", months: 12, annualRate: "9.9900" },
  ],
});

function agreementOf({ id, participant }: Booking, quote: ReturnType<typeof quoted>) {
  const { merchant, publicLabel, venue, timeZone, startsOn, endsOn, administrationFee, clearanceDeadlineOn } =
    quote.terms;
  return agreementDocument({
    ...quote,
    ...{ bookingId: id, version: 1, participantName: participant.name },
    ...{ merchant, publicLabel, venue, timeZone, startsOn, endsOn, administrationFee, clearanceDeadlineOn },
  });
}

describe("the permission to collect", () => {
  test.each([
    ["America/Cancun", "Eastern Standard Time"],
    ["Europe/Berlin", "Central European Time"],
    ["Europe/Lisbon", "Western European Time"],
  ])("and the terms beside it name the zone %s as it is called on the first day: %s", (timeZone, name) => {
    const abroad = { cohort: cohort({ timeZone }) };
    const booking = held("full", abroad);
    const [agreement = "", ...others] = [
      agreementOf(booking, quoted("full", abroad)),
      permissionDocument(booking, fromDeposit),
      participationDocument(booking),
    ].map(({ html }) => words(html));

    for (const text of [agreement, ...others]) expect(text).toContain(`Dates and times are in ${name}.`);
    expect(agreement).toContain(`on its due date at 10:00 AM ${name},`);
  });

  test.each(kinds)(
    "of the plan %s has the same words in the agreement as in the document given with the signature",
    (kind) => {
      const quote = quoted(kind, { program: offered });
      const booking = held(kind, { program: offered });
      const agreement = agreementOf(booking, quote);
      const sectionOf = ({ blocks }: Pick<typeof agreement, "blocks">) =>
        blocks.find(({ id }) => id === "automatic_collection");

      expect(sectionOf(permissionDocument(booking, fromDeposit))).toEqual(sectionOf(agreement));
    },
  );

  test("states who charges, what, when, how often, from which method, how to withdraw, and what is refunded", async () => {
    const permission = permissionDocument(held("installments", { program: offered }), card);

    await expect(permission.html).toMatchFileSnapshot("golden/permission.html");
    expect(permission.version).toBe(10);
    expect(words(permission.html)).toContain("March 8, 2027 to March 14, 2027, at Juniper House.");
  });

  test("lists a balance without a date while the booking has no confirmation, for the first time or again", () => {
    const life = new Life(held("full", { program: offered })).sign().pay("deposit");
    const listed = (booking: Booking) => words(permissionDocument(booking, card).html);
    const undated = "1 day after we confirm your booking";

    expect(listed(life.booking)).toContain(undated);
    expect(listed(life.confirm().booking)).not.toContain(undated);
    expect(listed(unconfirm(life.booking, life.now).booking)).toContain(undated);
  });

  test("for one payment, with interest, without a fee and without a refund, is worded for that", async () => {
    const booking = held("full", { program: offered });
    const terms = { ...booking.terms, administrationFee: 0, tiers: [{ daysBefore: 0, refundPercent: 0 }] };
    const free = { ...booking, financeCharge: 1, terms };

    await expect(permissionDocument(free, methodToCome).html).toMatchFileSnapshot("golden/permission-one.html");
  });

  test("without a fee, with a tier of one day", async () => {
    const booking = held("installments", { program: offered });
    const tiers = [
      { daysBefore: 31, refundPercent: 100 },
      { daysBefore: 30, refundPercent: 50 },
      { daysBefore: 0, refundPercent: 0 },
    ];
    const { paragraphs } = permissionDocument(
      { ...booking, terms: { ...booking.terms, administrationFee: 0, tiers } },
      card,
    );

    await expect(`${paragraphs.join("\n\n")}\n`).toMatchFileSnapshot("golden/permission-daily-tiers.txt");
  });

  test("lists each payment of a plan with interest, which the amounts include", () => {
    const booking = held("financed", { program: offered });
    const { html } = permissionDocument(booking, card);
    const listed = words(html).match(/Installment \d+ of 12 \w+ \d+, \d{4} \$[\d,.]+/g);

    expect(listed).toHaveLength(12);
    expect(words(html)).toContain("The amounts include the interest on your plan.");
    expect(words(permissionDocument(held(), card).html)).not.toContain("interest");
  });

  test("omits paid dues, lists the rest of partly paid ones, and changes its hash with that", () => {
    const life = new Life(held("installments", { program: offered })).sign().pay("deposit").confirm();
    const before = permissionDocument(life.booking, card);
    life.pay("due", { dueId: "due_1" });
    const dues = life.booking.dues.map((due) => (due.id === "due_2" ? { ...due, paid: 100_000 } : due));
    const after = permissionDocument({ ...life.booking, dues }, card);

    expect(words(before.html)).toContain("Installment 1 of 2 February 4, 2027 $8,000.00 Installment 2 of 2");
    expect(words(after.html)).not.toContain("Installment 1 of 2 February");
    expect(words(after.html)).toContain("Amount Installment 2 of 2 March 4, 2027 $7,000.00 We never charge more");
    expect(after.hash).not.toBe(before.hash);
  });

  test("omits a payment that the bank asked the client to confirm, since no method is tried for it", () => {
    const life = new Life(held("installments", { program: offered })).sign().pay("deposit").confirm();
    const tries = {
      ...{ failed: 1, firstFailedOn: "2027-02-04", lastFailedAt: "2027-02-04T17:00:00Z" },
      ...{ lastFailure: "authentication_required" as const, methodId: "pm_1", stopped: "authentication" as const },
    };
    const dues = life.booking.dues.map((due) => (due.id === "due_1" ? { ...due, tries } : due));

    expect(words(permissionDocument({ ...life.booking, dues }, card).html)).toContain(
      "Amount Installment 2 of 2 March 4, 2027 $8,000.00 We never charge more",
    );
  });

  test("lists a payment that is under way as one that is charged again only if it fails", async () => {
    const life = new Life(held("installments", { program: offered })).sign().pay("deposit").confirm();
    const before = permissionDocument(life.booking, card);
    const attempt = life.checkout("due", { dueId: "due_1" });
    life.settle(attempt?.id ?? "", { kind: "processing", paymentIntentId: "pi_1" });
    const permission = permissionDocument(life.booking, card);

    await expect(permission.html).toMatchFileSnapshot("golden/permission-under-way.html");
    expect(permission.paragraphs).toContain(
      "Installment 1 of 2: $8,000.00, due February 4, 2027 (already being processed; we charge it again only if it fails)",
    );
    expect(permission.hash).not.toBe(before.hash);
  });

  test.each([
    ["card", "4242", "your card ending in 4242"],
    ["us_bank_account", "6789", "your bank account ending in 6789"],
    ["us_bank_account", null, "your saved bank account"],
  ] as const)("names a saved method: %s %s", (type, last4, name) => {
    expect(savedMethodInWords({ type, last4 })).toBe(name);
  });

  test("is mailed in the same words, without a table", async () => {
    const from = savedMethodInWords({ type: "us_bank_account", last4: null });
    const { paragraphs } = permissionDocument(held("installments", { program: offered }), from);

    await expect(`${paragraphs.join("\n\n")}\n`).toMatchFileSnapshot("golden/permission-mailed.txt");
  });

  test("for another method, or for a changed agreement, has another text", () => {
    const booking = held();
    const { hash } = permissionDocument(booking, card);

    expect(permissionDocument(structuredClone(booking), card).hash).toBe(hash);
    expect(permissionDocument(booking, "your card ending in 4444").hash).not.toBe(hash);
    const next = { ...booking, agreement: { ...booking.agreement, version: 2 } };
    expect(permissionDocument(next, card).hash).not.toBe(hash);
  });

  test("has the date of the balance of `full` once the booking is confirmed", () => {
    const life = new Life(held("full", { program: offered })).sign().pay("deposit");
    expect(words(permissionDocument(life.booking, card).html)).toContain("1 day after we confirm your booking");

    life.confirm();

    const dueOn = life.booking.dues[1]?.dueOn ?? "";
    expect(words(permissionDocument(life.booking, card).html)).toContain(`Balance ${longDate(dueOn)} $16,000.00`);
  });

  test("has the same content in a mail, one paragraph per payment", () => {
    const { paragraphs, html } = permissionDocument(held("installments", { program: offered }), card);

    expect(paragraphs).toContain("Installment 2 of 2: $8,000.00, due March 4, 2027");
    for (const paragraph of paragraphs.filter((one) => !one.startsWith("Installment"))) {
      expect(words(html)).toContain(paragraph);
    }
  });

  test("reveals no treatment, escapes names, and loads nothing from elsewhere", () => {
    const booking = held();
    const terms = { ...booking.terms, merchant: "<script>Rest & Quiet</script>" };
    const { html } = permissionDocument({ ...booking, terms }, card);

    expect(words(html)).not.toMatch(/ketamine|KAP|EMDR|therap|psych|medic|clinic|patient|treatment|trauma|health/i);
    expect(html).not.toMatch(/<(script|link|img|iframe)|https?:|url\(/i);
  });
});
