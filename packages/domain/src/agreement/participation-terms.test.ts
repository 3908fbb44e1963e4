import { describe, expect, test } from "vitest";
import type { Booking } from "../booking/index.ts";
import { held } from "../testing/retreat.ts";
import { wordsOf } from "../testing/words.ts";
import { participationDocument } from "./index.ts";

const shown = (changes: Partial<Booking> = {}) => wordsOf(participationDocument({ ...held(), ...changes }).html);

describe("the participation terms", () => {
  test.each([
    ["participation-terms", { administrationFee: 50_000 }],
    ["participation-terms-without-fee", { administrationFee: 0 }],
    ["participation-terms-without-refund", { tiers: [{ daysBefore: 0, refundPercent: 0 }] }],
  ])("equal the golden document %s", async (name, terms) => {
    const booking = held();
    const { html } = participationDocument({ ...booking, terms: { ...booking.terms, ...terms } });

    await expect(html).toMatchFileSnapshot(`golden/${name}.html`);
  });

  test("have one section each for the program, its price, the admission and the endings", () => {
    const { version, blocks, html } = participationDocument(held());

    expect(version).toBe(1);
    expect(blocks.map(({ id }) => id)).toEqual(["heading", "price", "admission", "endings"]);
    expect(html).toContain("<title>Participation terms bkg_1</title>");
  });

  test("name the booking, the participant, the dates and the place", () => {
    const text = shown();

    expect(text).toContain(
      "This is version 1 of the terms between you (Ada Client) and Sample Operator for booking bkg_1.",
    );
    expect(text).toContain("March 8, 2027 to March 14, 2027, at Juniper House. Dates and times are in Mountain Time.");
    expect(text).toContain("This must happen by February 22, 2027.");
  });

  test("say that somebody else pays, without any amount", () => {
    expect(shown()).toContain("Someone else booked this place for you and pays for it. You owe nothing");
    expect(shown()).not.toMatch(/\$|18,500|2,500/);
  });

  test("say by when how much is refunded to the payer", () => {
    expect(shown()).toContain(
      "On or before January 7, 2027 100% January 8, 2027 to February 6, 2027 50% On or after February 7, 2027 0%",
    );
  });

  test("mention no fee and no percentage where nothing is refunded", () => {
    const { terms } = held();

    const text = shown({ terms: { ...terms, tiers: [{ daysBefore: 0, refundPercent: 0 }] } });

    expect(text).toContain("we do not refund what that person has paid");
    expect(text).not.toMatch(/administration fee|%/);
  });

  test("say that a fee is kept if there is one", () => {
    const { terms } = held();
    const free = { ...terms, administrationFee: 0 };

    expect(shown()).toContain("subtract an administration fee, and refund the rest, if any, to that person.");
    expect(shown({ terms: free })).not.toContain("administration fee");
  });
});
