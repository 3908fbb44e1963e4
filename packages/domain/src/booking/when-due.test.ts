import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { owing } from "../testing/owing.ts";
import { held } from "../testing/retreat.ts";
import { addDays, dateIn } from "../time/index.ts";
import { type Booking, collectionAt, type Due, type SavedMethod, unconfirm } from "./index.ts";
import { wasDueOn, whenDue } from "./when-due.ts";

const zone = "America/Denver";
const account: SavedMethod = {
  ...{ id: "pm_1", customerId: "cus_1", type: "us_bank_account", fingerprint: "fp_1", last4: "6789", expiresOn: null },
  ...{ mandateId: "mandate_1", savedAt: "2027-01-04T17:00:00Z", unusable: null },
};
const first = ({ dues }: Booking): Due => dues[1] as Due;

describe("a due is due", () => {
  test("on its own date, and past it from the next day on", () => {
    const { booking } = owing();
    const { dueOn } = first(booking);

    expect(whenDue(booking, first(booking), dueOn)).toEqual({ on: dueOn, isPast: false });
    expect(whenDue(booking, first(booking), addDays(dueOn, 1))).toEqual({ on: dueOn, isPast: true });
  });

  test("no earlier than the day after the deposit settled, since it cannot be paid before", () => {
    const { dueOn } = first(owing().booking);
    const { booking } = owing({ depositSettledOn: addDays(dueOn, 5) });

    expect(whenDue(booking, first(booking), addDays(dueOn, 5))).toEqual({ on: addDays(dueOn, 6), isPast: false });
  });

  test("on the tenth day after the notice of a debit whose amount a part payment has changed", () => {
    const life = owing({ autopay: true, savedMethod: account });
    const { dueOn } = first(life.booking);
    life.at(collectionAt(addDays(dueOn, -3), zone)).pay("due", { dueId: "due_1", amount: 100_000 });

    expect(whenDue(life.booking, first(life.booking), addDays(dueOn, 6))).toEqual({
      ...{ on: addDays(dueOn, 7), isPast: false },
    });
  });

  test("on no date while it waits for another confirmation", () => {
    const life = new Life(held("full")).sign().pay("deposit").at("2027-02-01T15:00:00Z").confirm();
    const { booking } = life;
    const lost = unconfirm(booking, life.now).booking;

    expect(whenDue(booking, first(booking), "2027-02-09")).toEqual({ on: "2027-02-02", isPast: true });
    expect(whenDue(lost, first(lost), "2027-02-09")).toBeNull();
  });
});

test("a due that was late was due on the date that counted, or on its own if a later one counts by now", () => {
  const { dueOn } = first(owing().booking);
  const { booking } = owing({ depositSettledOn: addDays(dueOn, 5) });
  const now = (days: number) => collectionAt(addDays(dueOn, days), zone);

  expect(dateIn(zone, now(5))).toBe(addDays(dueOn, 5));
  expect(wasDueOn(booking, first(booking), now(7))).toBe(addDays(dueOn, 6));
  expect(wasDueOn(booking, first(booking), now(6))).toBe(dueOn);
});
