import { describe, expect, test } from "vitest";
import type { Booking } from "../booking/index.ts";
import { held } from "../testing/retreat.ts";
import { wordsOf } from "../testing/words.ts";
import { participationDocument } from "./index.ts";

const shown = (changes: Partial<Booking> = {}) => wordsOf(participationDocument({ ...held(), ...changes }).html);

describe("the terms without prices", () => {
  test("have a section each for what is booked, its price, the admission and the endings", () => {
    const { version, blocks, html } = participationDocument(held());

    expect(version).toBe(1);
    expect(blocks.map(({ id }) => id)).toEqual(["heading", "price", "admission", "endings"]);
    expect(html).toContain("<title>Taking part bkg_1</title>");
  });

  test("name the booking, the participant, the dates and the place", () => {
    const text = shown();

    expect(text).toContain("Booking bkg_1, version 1, for Ada Client, with Sample Operator.");
    expect(text).toContain("from 2027-03-08 to 2027-03-14, Juniper House (America/Denver).");
    expect(text).toContain("at the latest on 2027-02-22");
  });

  test("say that somebody else pays, and no amount of it", () => {
    expect(shown()).toContain("Somebody else has booked this place for you and pays for it. You owe nothing");
    expect(shown()).not.toMatch(/\$|18,500|2,500/);
  });

  test("say by when how much goes back to who paid", () => {
    expect(shown()).toContain(
      "Until 2027-01-07, inclusive 100% Until 2027-02-06, inclusive 50% Until 2027-03-07, inclusive 0% From 2027-03-08 on 0%",
    );
  });

  test("say that a fee is kept where there is one", () => {
    const { terms } = held();
    const free = { ...terms, administrationFee: 0 };

    expect(shown()).toContain("this part is refunded to them, less an administration fee:");
    expect(shown({ terms: free })).toContain("this part is refunded to them:");
  });
});
