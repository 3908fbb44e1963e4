import { describe, expect, test } from "vitest";
import { Life } from "../testing/life.ts";
import { held, program } from "../testing/retreat.ts";
import { type Instant, plusDays, plusMinutes } from "../time/index.ts";
import {
  type Booking,
  type Due,
  decideSetup,
  isSetupFor,
  isSetupOpen,
  type MethodSetup,
  mayHaveSetup,
  nextTryAt,
  requestSetup,
  type SavedMethod,
  type SetupOutcome,
  setupRefusal,
  updateMethod,
} from "./index.ts";

const now: Instant = "2027-01-20T17:00:00Z";
const later = plusMinutes(now, 5);
const over = plusMinutes(now, 31);
const old: SavedMethod = {
  ...{ id: "pm_1", customerId: "cus_1", type: "card", fingerprint: "fp_1", last4: "4242", expiresOn: "2027-01-31" },
  ...{ mandateId: null, savedAt: "2027-01-04T17:00:00Z", unusable: null },
};
const { savedAt: _, unusable: __, ...method } = { ...old, id: "pm_2", fingerprint: "fp_2", last4: "4444" };
const given = { id: "per_1", version: 2, hash: "hash-1", at: "2027-01-04T17:00:00Z" };
const shown = { id: "per_2", version: 2, hash: "hash-2", at: now };

const signed = () =>
  new Life(held("installments", { program: program({ plans: [{ kind: "installments", months: 2 }] }) })).sign();
const paid = signed().pay("deposit").confirm().booking;
const having = (changes: Partial<Booking> = {}): Booking => ({
  ...paid,
  ...{ autopay: true, permission: given, savedMethod: old },
  ...changes,
});
const asked = (permission: MethodSetup["permission"] = shown): MethodSetup =>
  requestSetup(having(), { id: "set_1", customerId: "cus_1", returnUrl: "https://example.org", permission }, now);
const page = { id: "cs_1", url: "https://example.org/page" };
const open = (permission: MethodSetup["permission"] = shown) =>
  decideSetup(having(), asked(permission), page, { kind: "open" }, now)?.setup as MethodSetup;
const told = (
  outcome: SetupOutcome,
  { booking = having(), setup = open(), at = later, url = page.url as string | null } = {},
) => decideSetup(booking, setup, { ...page, url }, outcome, at);
const saving = (booking = having(), setup = open()) => told({ kind: "saved", method }, { booking, setup, url: null });

const toConfirm = (due: Due): Due => ({
  ...due,
  tries: {
    ...{ failed: 1, firstFailedOn: "2027-01-10", lastFailedAt: "2027-01-10T17:00:00Z" },
    ...{ lastFailure: "authentication_required", methodId: "pm_1", stopped: "authentication" },
  },
});

describe("saving another method", () => {
  test.each([
    ["is refused without a signed agreement", () => new Life(held()).booking, "agreement_required"],
    ["is refused before the deposit is settled", () => signed().booking, "deposit_first"],
    ["is refused on a booking that has ended", () => having({ status: "cancelled" }), "ended"],
    [
      "is refused if nothing is left to pay",
      () => having({ dues: paid.dues.map((due) => ({ ...due, paid: due.amount })) }),
      "nothing_to_charge",
    ],
    [
      "is refused if only a late charge is left to pay",
      () => {
        const dues = paid.dues.map((due): Due => ({ ...due, status: "paid", paid: due.amount }));
        const charges = paid.dues.slice(-1).map((due): Due => ({ ...due, id: "due_9", kind: "late_charge" }));
        return having({ dues: [...dues, ...charges] });
      },
      "nothing_to_charge",
    ],
    [
      "is refused if the bank asked the client to confirm what is left to pay",
      () => having({ dues: paid.dues.map(toConfirm) }),
      "nothing_to_charge",
    ],
    ["is possible while dues are unpaid", () => having(), null],
    ["is possible after the retreat while dues are unpaid", () => having({ status: "completed" }), null],
  ] as const)("%s", (_case, booking, refusal) => {
    expect(setupRefusal(booking())).toBe(refusal);
  });

  test("replaces the one before, by the permission that was shown for it", () => {
    const lost = having({ savedMethod: { ...old, unusable: "detached" } });
    const settled = saving(lost);

    expect(settled?.setup).toMatchObject({ status: "saved", dueAt: null, url: null });
    expect(settled?.change?.booking).toMatchObject({
      autopay: true,
      permission: shown,
      savedMethod: { ...method, savedAt: later, unusable: null },
    });
    expect(settled?.change?.events).toMatchObject([{ name: "PaymentMethodSaved", data: { autopay: true } }]);
  });

  test("happens without a permission while automatic collection is off, which stays off", () => {
    const settled = saving(having({ autopay: false }));

    expect(settled?.change?.booking).toMatchObject({ autopay: false, permission: given, savedMethod: { id: "pm_2" } });
    expect(saving(having({ autopay: false }), open(null))?.change?.booking.savedMethod?.id).toBe("pm_2");
  });

  test.each([
    ["has ended", having({ status: "cancelled" }), open()],
    ["has a permission for the old method that was given later", having(), open(null)],
    [
      "has another method that was saved after the page was created",
      having({ savedMethod: { ...old, savedAt: plusMinutes(now, 1) } }),
      open(),
    ],
  ])("is ignored on a booking that %s", (_case, booking, setup) => {
    expect(saving(booking, setup)).toMatchObject({ setup: { status: "unsaved", dueAt: null }, change: null });
  });

  test("also works if the card network has updated the old method while the page was open", () => {
    const update = { fingerprint: "fp_9", last4: "9999", expiresOn: "2031-12-31" };
    const updated = updateMethod(having(), old.id, update, plusMinutes(now, 1))?.booking;

    expect(saving(updated)).toMatchObject({ setup: { status: "saved" }, change: { booking: { savedMethod: method } } });
  });

  test("happens once, however often Stripe reports it", () => {
    const settled = saving();

    expect(saving(settled?.change?.booking, settled?.setup)).toBeNull();
  });

  test("allows one more try at the next collection time after a hard decline", () => {
    const dues = paid.dues.map((due) =>
      due.sequence === 1
        ? {
            ...due,
            dueOn: "2027-01-19",
            tries: {
              firstFailedOn: "2027-01-19",
              lastFailedAt: "2027-01-19T17:00:00Z",
              failed: 1,
              methodId: "pm_1",
              stopped: "hard" as const,
            },
          }
        : due,
    );
    const declined = having({ dues: dues as Booking["dues"] });
    const due = (of: Booking) => of.dues[1] as Booking["dues"][number];
    const { booking } = saving(declined)?.change ?? { booking: declined };

    expect(nextTryAt(declined, due(declined), later)).toBeNull();
    expect(nextTryAt(booking, due(booking), later)).toBe("2027-01-21T17:00:00Z");
  });
});

describe("a page that saves a method", () => {
  test("is checked at its end, and again while it shows as open", () => {
    expect(asked()).toMatchObject({ status: "requested", dueAt: plusMinutes(now, 1), sessionExpiresAt: over });
    expect(open()).toMatchObject({ status: "open", sessionId: "cs_1", dueAt: over });
    expect(told({ kind: "open" })).toBeNull();
    expect(told({ kind: "open" }, { at: over })?.setup.dueAt).toBe(plusMinutes(over, 10));
    expect(told({ kind: "open" }, { at: plusDays(over, 14) })?.setup).toMatchObject({ status: "expired", dueAt: null });
  });

  test("that is completed is checked until its method is available, and is not reused", () => {
    const pending = told({ kind: "pending" }, { url: null })?.setup as MethodSetup;

    expect(pending).toMatchObject({ status: "open", url: null, dueAt: plusMinutes(later, 10) });
    expect(isSetupOpen(pending, later)).toBe(false);
    expect(told({ kind: "pending" }, { setup: pending, url: null })).toBeNull();
    expect(told({ kind: "saved", method }, { setup: pending, url: null })?.setup.status).toBe("saved");
  });

  test("that expires or is refused does not change the booking", () => {
    expect(told({ kind: "expired" })).toMatchObject({ setup: { status: "expired", dueAt: null }, change: null });
    expect(told({ kind: "refused", code: "customer_gone" })).toMatchObject({
      setup: { status: "refused", failureCode: "customer_gone", dueAt: null },
      change: null,
    });
  });

  test("is reused until its end, for the permission that it was opened for", () => {
    expect(isSetupOpen(open(), later)).toBe(true);
    expect(isSetupOpen(open(), over)).toBe(false);
    expect(isSetupFor(open(), shown)).toBe(true);
    expect(isSetupFor(open(), { hash: "hash-3" })).toBe(false);
    expect(isSetupFor(open(), null)).toBe(false);
    expect(isSetupFor(open(null), null)).toBe(true);
  });
});

test("no page that saves a method may have been opened before the deposit has settled", () => {
  expect([signed().booking, paid, signed().pay("deposit").booking].map(mayHaveSetup)).toEqual([false, true, true]);
});
