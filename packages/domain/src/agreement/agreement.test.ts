import { createHash } from "node:crypto";
import { html } from "hono/html";
import { describe, expect, test } from "vitest";
import type { PlanKind } from "../plan/index.ts";
import type { Program } from "../program/index.ts";
import { held, program, quoted } from "../testing/retreat.ts";
import { wordsOf as words } from "../testing/words.ts";
import { block, pageOf } from "./document.ts";
import { type AgreementTerms, agreementDocument, offeredDocument, participationDocument } from "./index.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

function terms(kind: PlanKind = "full", changes: Partial<AgreementTerms> = {}): AgreementTerms {
  const { terms: quotedTerms, currency, lines, total, plan, schedule, disclosure, policy } = quoted(kind);
  const { merchant, publicLabel, startsOn, endsOn, timeZone, venue } = quotedTerms;
  const { administrationFee, clearanceDeadlineOn } = quotedTerms;
  return {
    bookingId: "bkg_1",
    version: 1,
    participantName: "Ada Client",
    ...{ merchant, publicLabel, startsOn, endsOn, timeZone, venue, administrationFee, clearanceDeadlineOn },
    ...{ currency, lines, total, plan, schedule, disclosure, policy },
    ...changes,
  };
}

const lateCharge = { amount: 2_500, graceDays: 10, capPercent: 5 };

describe("the agreement's document", () => {
  test.each([
    ["full", {}],
    ["full-without-fee", { administrationFee: 0 }],
    ["full-without-refund", { policy: [{ until: "2027-03-07", refundPercent: 0 }] }],
    ["full-with-late-charge", { lateCharge }],
    ["full-with-late-charge-at-once", { lateCharge: { ...lateCharge, graceDays: 0 } }],
    [
      "full-with-daily-tiers",
      {
        lateCharge: { ...lateCharge, capPercent: null },
        policy: [
          { until: "2027-02-04", refundPercent: 100 },
          { until: "2027-02-05", refundPercent: 50 },
          { until: "2027-03-01", refundPercent: 20 },
          { until: "2027-03-07", refundPercent: 0 },
        ],
      },
    ],
  ])("equals the golden document %s", async (name, changes) => {
    await expect(agreementDocument(terms("full", changes)).html).toMatchFileSnapshot(`golden/${name}.html`);
  });

  test("is byte for byte the same for the same terms", () => {
    const [one, two] = [agreementDocument(terms()), agreementDocument(structuredClone(terms()))];

    expect(two).toEqual(one);
  });

  describe.each([
    ["agreement", () => agreementDocument(terms())],
    ["terms without prices", () => participationDocument(held())],
  ])("the %s", (_, make) => {
    test("consists of its sections, each with the hash of its bytes, between head and tail", () => {
      const { head, blocks, tail, html } = make();

      expect(html).toBe(`${head}${blocks.map((one) => one.html).join("\n")}${tail}`);
      expect(blocks.map((one) => one.hash)).toEqual(blocks.map((one) => sha256(one.html)));
      expect(new Set(blocks.map(({ id }) => id)).size).toBe(blocks.length);
    });

    test("is hashed over its sections in the canonical form of RFC 8785, so that anybody can check it", () => {
      const { head, blocks, tail, hash } = make();
      // Keys in the order of RFC 8785; JSON.stringify writes texts and whole numbers as RFC 8785 requires.
      const sections = blocks.map((one) => JSON.stringify({ hash: one.hash, id: one.id, version: one.version }));
      const canonical = `{"blocks":[${sections}],"head":${JSON.stringify(head)},"tail":${JSON.stringify(tail)}}`;

      expect(hash).toBe(sha256(canonical));
    });
  });

  test("is offered as it was made while its terms still produce it byte for byte", () => {
    const kept = agreementDocument(terms());

    expect(offeredDocument(kept)).toBe(kept);
  });

  test("is offered in its next version, from the same terms, after its texts have changed", () => {
    const kept = { ...agreementDocument(terms()), hash: "hash of other words" };

    expect(offeredDocument(kept)).toEqual(agreementDocument(terms("full", { version: 2 })));
  });

  const section = block("price", 1, html`<p>Price</p>`);

  test.each(Object.entries({ id: "fees", version: 2, hash: sha256("<p>Prices</p>") }))(
    "with a section of another %s has another hash",
    (what, other) => {
      const changed = { ...section, [what]: other };

      expect(pageOf("Title", [changed]).hash).not.toBe(pageOf("Title", [section]).hash);
    },
  );

  test("with another title has another hash", () => {
    expect(pageOf("Another title", [section]).hash).not.toBe(pageOf("Title", [section]).hash);
  });

  test("with its sections in another order has another hash", () => {
    const other = block("payments", 1, html`<p>Payments</p>`);

    expect(pageOf("Title", [other, section]).hash).not.toBe(pageOf("Title", [section, other]).hash);
  });

  test("has its whole text when it is made", () => {
    const late = html`<p>${Promise.resolve("later")}</p>`;

    expect(() => block("price", 1, late)).toThrow("must not be a promise");
  });

  const changes: [string, Partial<AgreementTerms>][] = [
    ["version", { version: 2 }],
    ["merchant", { merchant: "Another Operator" }],
    ["participant", { participantName: "Bob Client" }],
    ["price", { total: 1_850_001 }],
    ["schedule", { schedule: terms("deposit_and_balance").schedule }],
    ["policy", { policy: [] }],
    ["fee", { administrationFee: 0 }],
    ["dates", { endsOn: "2027-03-15" }],
    ["venue", { venue: "Cedar House" }],
    ["clearance deadline", { clearanceDeadlineOn: "2027-02-21" }],
    ["late charge", { lateCharge }],
  ];
  test.each(changes)("with another %s has another hash", (_, change) => {
    expect(agreementDocument(terms("full", change)).hash).not.toBe(agreementDocument(terms()).hash);
  });

  test("words the rule of `full`, so that the confirmation's date does not change it", () => {
    const dated = terms().schedule.map((due) => ({ ...due, dueOn: "2027-01-21" }));

    const { html, hash } = agreementDocument(terms());

    expect(words(html)).toContain("1 day after we confirm your booking");
    expect(agreementDocument(terms("full", { schedule: dated })).hash).toBe(hash);
  });

  test("requests the permission to collect in the merchant's name, with what, when, how often and how to withdraw it", () => {
    const text = words(agreementDocument(terms("full", { merchant: "Rest & Quiet, LLC" })).html);

    expect(text).toContain(
      "By choosing automatic payments, you authorize Rest &amp; Quiet, LLC to charge the payment listed below automatically, one time, to the card or bank account that you pay the deposit with:",
    );
    expect(text).toContain(
      "Balance 1 day after we confirm your booking $16,000.00 We never charge more than the listed amount",
    );
    expect(text).toContain(
      "We charge this payment on its due date at 10:00 AM Mountain Time, or as soon as possible after that",
    );
    expect(text).toContain("optional and not a condition of your booking");
    expect(text).toContain(
      "You may withdraw this authorization at any time, on your booking page or by replying to any of our emails",
    );
  });

  test("has a section for each subject, under its own name", () => {
    const { blocks, html } = agreementDocument(terms());

    expect(blocks.map(({ id }) => id)).toEqual([
      ...["heading", "electronic_records", "price", "payments", "admission", "cancellation", "automatic_collection"],
    ]);
    expect(html).toContain("<title>Booking agreement bkg_1</title>");
    expect(html.endsWith("</body></html>\n")).toBe(true);
  });

  test("shows each line of the price", () => {
    expect(words(agreementDocument(terms()).html)).toContain(
      "Item Quantity Amount Seven-day program, private 1 $18,500.00 Total $18,500.00",
    );
  });

  test("names the balance's date if the plan has one", () => {
    expect(words(agreementDocument(terms("deposit_and_balance")).html)).toContain(
      "Balance February 6, 2027 $16,000.00",
    );
  });

  test("numbers the installments, each with its date", () => {
    expect(words(agreementDocument(terms("installments")).html)).toContain(
      "Deposit At booking $2,500.00 Installment 1 of 2 February 4, 2027 $8,000.00 Installment 2 of 2 March 4, 2027 $8,000.00",
    );
  });

  test("lists a tax as part of the price, without a quantity", () => {
    const tax = { kind: "tax" as const, id: "state", label: "State tax", quantity: 1, unitAmount: 7, amount: 700 };

    expect(words(agreementDocument(terms("full", { lines: [tax] })).html)).toContain("State tax $7.00");
  });

  test("shows price, payments and policy as they will be applied", () => {
    const text = words(agreementDocument(terms()).html);

    expect(text).toContain("Total $18,500.00");
    expect(text).toContain("Deposit At booking $2,500.00");
    expect(text).toContain("administration fee of $500.00");
    expect(text).toContain(
      "On or before January 7, 2027 100% January 8, 2027 to February 6, 2027 50% On or after February 7, 2027 0%",
    );
  });

  test("states the late charge unless there is none, or the disclosure states it", () => {
    const plans: Program["plans"] = [{ kind: "financed", months: 12, annualRate: "9.9900" }];
    const { disclosure } = quoted("financed", { program: program({ plans }) });
    const charges = (changes: Partial<AgreementTerms>) =>
      words(agreementDocument(terms("full", changes)).html).includes("we add one late charge of $25.00");

    expect(charges({ lateCharge })).toBe(true);
    expect(charges({ lateCharge: null })).toBe(false);
    expect(charges({ lateCharge: { ...lateCharge, amount: 0 } })).toBe(false);
    expect(disclosure).not.toBeNull();
    expect(charges({ lateCharge, disclosure })).toBe(false);
  });

  test("states a late charge without days of grace as one on a payment that is late", () => {
    const text = words(agreementDocument(terms("full", { lateCharge: { ...lateCharge, graceDays: 0 } })).html);

    expect(text).toContain("If a payment other than the deposit is late, we add one late charge of $25.00");
  });

  test("states rate, early payment and late charge of a loan that is exempt from the disclosure", async () => {
    const plans: Program["plans"] = [{ kind: "financed", months: 12, annualRate: "9.9900" }];
    const { plan, schedule } = quoted("financed", { program: program({ plans }) });
    const late = { ...lateCharge, graceDays: 1 };
    const { html: page } = agreementDocument(terms("full", { plan, schedule, disclosure: null, lateCharge: late }));

    expect(words(page)).toContain("simple interest of 9.99% a year");
    expect(words(page)).toContain("more than 1 day late");
    await expect(page).toMatchFileSnapshot("golden/financed-exempt.html");
  });

  test("keeps its late charge in the terms from which the next version is made", () => {
    expect(agreementDocument(terms("full", { lateCharge })).terms.lateCharge).toEqual(lateCharge);
    expect(agreementDocument(terms("full", { lateCharge: null })).terms.lateCharge).toBeNull();
  });

  test("mentions no fee and no percentage where nothing is refunded", () => {
    const text = words(agreementDocument(terms("full", { policy: [] })).html);

    expect(text).toContain("If you cancel, we do not refund what you have paid. The same terms apply");
    expect(text).not.toMatch(/administration fee|%/);
  });

  test("escapes names and venues", () => {
    const evil = `<script>alert("1")</script> & 'co'`;

    const { html } = agreementDocument(terms("full", { participantName: evil, venue: evil, publicLabel: evil }));

    expect(html).not.toContain("<script>");
    expect(html).toContain("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;co&#39;");
  });

  test("reveals no treatment and no health data", () => {
    expect(words(agreementDocument(terms()).html)).not.toMatch(
      /ketamine|KAP|EMDR|therap|psych|medic|clinic|patient|treatment|trauma|health/i,
    );
  });

  test("makes automatic collection a free choice, never a condition", () => {
    const text = words(agreementDocument(terms()).html);

    expect(text).toContain("optional and not a condition of your booking");
    expect(text).toContain("withdraw this authorization at any time");
  });

  test("loads nothing from elsewhere to be read or printed", () => {
    expect(agreementDocument(terms()).html).not.toMatch(/<(script|link|img|iframe)|https?:|url\(/i);
  });
});
