import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { PlanKind } from "../plan/index.ts";
import { quoted } from "../testing/retreat.ts";
import { type AgreementTerms, agreementDocument } from "./index.ts";

function terms(kind: PlanKind = "full", changes: Partial<AgreementTerms> = {}): AgreementTerms {
  const { terms: quotedTerms, plan, currency, lines, total, schedule, policy } = quoted(kind);
  const { merchant, publicLabel, startsOn, endsOn, timeZone, venue } = quotedTerms;
  const { administrationFee, clearanceDeadlineOn } = quotedTerms;
  return {
    bookingId: "bkg_1",
    version: 1,
    participantName: "Ada Client",
    ...{ merchant, publicLabel, startsOn, endsOn, timeZone, venue, administrationFee, clearanceDeadlineOn },
    ...{ planKind: plan.kind, currency, lines, total, schedule, policy },
    ...changes,
  };
}

/** What a reader sees of it. */
const words = (html: string) =>
  html
    .replace(/<style>.*?<\/style>/s, "")
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ");

describe("the agreement's document", () => {
  test("of the same terms is the same, byte for byte, and hashed as it stands", () => {
    const [one, two] = [agreementDocument(terms()), agreementDocument(structuredClone(terms()))];

    expect(two).toEqual(one);
    expect(one.hash).toBe(createHash("sha256").update(one.html).digest("hex"));
  });

  const changes: [string, Partial<AgreementTerms>][] = [
    ["version", { version: 2 }],
    ["merchant", { merchant: "Another Operator" }],
    ["participant", { participantName: "Bob Client" }],
    ["price", { total: 1_850_001 }],
    ["schedule", { schedule: terms("deposit_and_balance").schedule, planKind: "deposit_and_balance" }],
    ["policy", { policy: [] }],
    ["fee", { administrationFee: 0 }],
    ["dates", { endsOn: "2027-03-15" }],
    ["venue", { venue: "Cedar House" }],
    ["clearance deadline", { clearanceDeadlineOn: "2027-02-21" }],
  ];
  test.each(changes)("with another %s has another hash", (_, change) => {
    expect(agreementDocument(terms("full", change)).hash).not.toBe(agreementDocument(terms()).hash);
  });

  test("words the rule of `full`, so that the confirmation's date is no change", () => {
    const dated = terms().schedule.map((due) => ({ ...due, dueOn: "2027-01-21" }));

    const { html, hash } = agreementDocument(terms());

    expect(words(html)).toContain("The day after the booking is confirmed");
    expect(agreementDocument(terms("full", { schedule: dated })).hash).toBe(hash);
  });

  test("asks for the permission to collect by the merchant's name, with what, when, how often and how to end it", () => {
    const text = words(agreementDocument(terms("full", { merchant: "Rest & Quiet, LLC" })).html);

    expect(text).toContain("You may allow Rest &amp; Quiet, LLC to collect by itself the payments listed above");
    expect(text).toContain("each in its listed amount, once, on its listed date or after it");
    expect(text).toContain("no condition of the booking");
    expect(text).toContain("You can take it back at any time");
  });

  test("names the balance's date where the plan has one", () => {
    expect(words(agreementDocument(terms("deposit_and_balance")).html)).toContain("Balance 2027-02-06 $16,000.00");
  });

  test("shows price, payments and policy as they will be applied", () => {
    const text = words(agreementDocument(terms()).html);

    expect(text).toContain("Total $18,500.00");
    expect(text).toContain("Deposit At once $2,500.00");
    expect(text).toContain("administration fee of $500.00");
    expect(text).toContain(
      "Until 2027-01-07, inclusive 100% Until 2027-02-06, inclusive 50% Until 2027-03-07, inclusive 0%",
    );
    expect(text).toContain("From 2027-03-08 on 0%");
  });

  test("lets nobody's name or venue become markup", () => {
    const evil = `<script>alert("1")</script> & 'co'`;

    const { html } = agreementDocument(terms("full", { participantName: evil, venue: evil, publicLabel: evil }));

    expect(html).not.toContain("<script>");
    expect(html).toContain("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;co&#39;");
  });

  test("reveals no treatment, and nothing of health", () => {
    expect(words(agreementDocument(terms()).html)).not.toMatch(
      /ketamine|KAP|EMDR|therap|psych|medic|clinic|patient|treatment|trauma|health/i,
    );
  });

  test("makes automatic collection a free choice, never a condition", () => {
    const text = words(agreementDocument(terms()).html);

    expect(text).toContain("no condition of the booking");
    expect(text).toContain("take it back at any time");
  });

  test("needs nothing from elsewhere to be read or printed", () => {
    expect(agreementDocument(terms()).html).not.toMatch(/<(script|link|img|iframe)|https?:|url\(/i);
  });
});
