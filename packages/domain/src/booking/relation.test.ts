import { describe, expect, test } from "vitest";
import { eventNames } from "../event/index.ts";
import { held } from "../testing/retreat.ts";
import {
  aboutClearance,
  aboutMoney,
  onlyTakesPart,
  type Person,
  payerFor,
  payerSubsOf,
  relationTo,
  sightOf,
  subOfEmail,
} from "./relation.ts";

const person = (email: string, changes: Partial<Person> = {}): Person => ({
  sub: `sub_${email}`,
  email,
  staff: false,
  ...changes,
});
const payer = { sub: "sub_client", email: "ada@example.org" };
const own = held();
const forAnother = { ...own, participant: { ...own.participant, email: "Bea@Example.org" } };

describe("the relation of a person to a booking", () => {
  test.each([
    ["the account that made the booking is the payer", own, person("new@example.org", { sub: payer.sub }), "payer"],
    ["another account with the same verified e-mail is the payer", own, person("ADA@example.org"), "payer"],
    ["the participant is known by the verified e-mail", forAnother, person("bea@example.org"), "participant"],
    ["a client who books for another person is the payer", forAnother, person(payer.email), "payer"],
    ["a stranger has no relation", forAnother, person("eve@example.org"), null],
    ["staff are staff", forAnother, person("staff@example.org", { staff: true }), "staff"],
    ["staff who book for another person are the payer", forAnother, person(payer.email, { staff: true }), "payer"],
    ["staff who take part are the participant", forAnother, person("bea@example.org", { staff: true }), "participant"],
  ] as const)("%s", (_, booking, who, relation) => {
    expect(relationTo(who, booking)).toBe(relation);
  });

  test("a booking that an admin made belongs to the participant's verified e-mail", () => {
    const made = { ...own, owner: { sub: subOfEmail("ada@example.org"), email: "ada@example.org" } };
    expect(relationTo(person("Ada@example.org"), made)).toBe("payer");
    expect(relationTo(person("eve@example.org"), made)).toBeNull();
  });

  test("a new booking belongs to the person who makes it, and one that an admin makes to the participant", () => {
    const maker = { sub: "sub_maker", email: "maker@example.org" };

    expect(payerFor({ ...maker, admin: false }, { email: "bea@example.org" })).toEqual(maker);
    expect(payerFor({ ...maker, admin: true }, { email: "Bea@Example.org" })).toEqual({
      sub: subOfEmail("bea@example.org"),
      email: "bea@example.org",
    });
  });

  test("letters beyond ASCII never match another address", () => {
    const kelvin = { ...own, participant: { ...own.participant, email: "\u212Aim@example.org" } };
    expect(relationTo(person("kim@example.org"), kelvin)).toBeNull();
  });
});

describe("the relation by address only", () => {
  test("the participant of somebody else's booking only takes part", () => {
    expect(onlyTakesPart("BEA@example.org", forAnother)).toBe(true);
    expect(onlyTakesPart(payer.email, forAnother)).toBe(false);
    expect(onlyTakesPart("eve@example.org", forAnother)).toBe(false);
    expect(onlyTakesPart(payer.email, own)).toBe(false);
  });

  test("a person pays for what their account made, and what an admin made for their address", () => {
    expect(payerSubsOf({ sub: "sub_1", email: "Ada@example.org" })).toEqual(["sub_1", subOfEmail("ada@example.org")]);
    expect(subOfEmail("ada@example.org")).toMatch(/^person:[0-9a-f]{32}$/);
  });
});

describe("the topic of a timeline event", () => {
  test("is money for what was agreed, owed and paid", () => {
    expect(eventNames.filter(aboutMoney).sort()).toEqual([
      "AgreementSigned",
      "AutopayChanged",
      "CollectionChanged",
      "CollectionTaskOpened",
      "DueBilled",
      "DueDeferred",
      "DueNotice",
      "DuePastDue",
      "DueWaived",
      "LateChargeAdded",
      "MoneyConverted",
      "ParticipantCorrected",
      "PaymentActionRequired",
      "PaymentFailed",
      "PaymentMethodSaved",
      "PaymentProcessing",
      "PaymentSettled",
      "RefundFailed",
      "RefundRefused",
      "RefundRequested",
      "RefundSucceeded",
    ]);
  });

  test("is clearance for evaluations, what is missing and a lost confirmation", () => {
    expect(eventNames.filter(aboutClearance).sort()).toEqual([
      "BookingUnconfirmed",
      "ClearanceChanged",
      "ClearanceReminder",
    ]);
  });
});

describe("what a person sees of a booking", () => {
  test.each([
    ["a payer who takes part sees money and clearance", own, person(payer.email), { money: true, clearance: true }],
    [
      "a payer who does not take part never sees the clearance",
      forAnother,
      person(payer.email),
      { money: true, clearance: false },
    ],
    [
      "a participant who does not pay sees no money",
      forAnother,
      person("bea@example.org"),
      { money: false, clearance: true },
    ],
    [
      "staff who take part and do not pay see no money",
      forAnother,
      person("bea@example.org", { staff: true }),
      { money: false, clearance: true },
    ],
    ["staff see both", own, person("staff@example.org", { staff: true }), { money: true, clearance: true }],
    ["a stranger sees nothing", own, person("eve@example.org"), null],
  ] as const)("%s", (_, booking, who, sight) => {
    expect(sightOf(who, booking)).toEqual(sight);
  });
});
