import { PutCommand, TransactWriteCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { openCheckout } from "@clearing/commands/checkout";
import { removeBooking } from "@clearing/commands/removal";
import { remind } from "@clearing/commands/sweep";
import type { Booking } from "@clearing/domain/booking";
import { addDays, plusDays } from "@clearing/domain/time";
import { readAttempts } from "@clearing/store/attempt";
import { readBooking } from "@clearing/store/booking";
import { readChildren } from "@clearing/store/booking-children";
import { keys } from "@clearing/store/keys";
import { placeAt } from "@clearing/store/place";
import type { Store } from "@clearing/store/store";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { interrupted } from "../harness/interrupted.ts";
import * as journey from "../harness/journey.ts";
import { actor } from "../harness/sample.ts";
import { startTestStore, type TestStore } from "../harness/store.ts";

const { now, lapsedAt, occasionAt } = journey;

let running: TestStore;
let store: Store;
beforeAll(async () => {
  running = await startTestStore();
  store = running.store;
});
afterAll(() => running.stop());

/** The store, in which `happens` runs between the read and the write. */
const meanwhile = (happens: () => Promise<unknown>) => interrupted(store, TransactWriteCommand, happens);

const timeline = async ({ id }: Booking) => (await readBooking(store, id))?.timeline.map(({ event }) => event);

async function notCleared(booking: Booking): Promise<Booking> {
  await journey.evaluate(store, booking, "medical", "not_cleared");
  return booking;
}

const clears = (booking: Booking) => () => journey.evaluate(store, booking, "medical", "cleared");

describe("a clearance that changes between the read and the write", () => {
  test("leaves a booking confirmed if it is cleared again", async () => {
    const booking = await notCleared(await journey.confirmed(store));

    await journey.progress(meanwhile(clears(booking)), booking);

    expect(await timeline(booking)).not.toContain("BookingUnconfirmed");
  });

  test("keeps a booking from being declined", async () => {
    const booking = await notCleared(await journey.paid(store));

    await journey.progress(meanwhile(clears(booking)), booking, plusDays(now, 3));

    expect(await readBooking(store, booking.id)).toMatchObject({ status: "awaiting_clearance" });
  });

  test("prevents a confirmation that it no longer allows", async () => {
    const booking = await journey.cleared(store);

    await journey.progress(
      meanwhile(() => notCleared(booking)),
      booking,
    );

    expect(await readBooking(store, booking.id)).toMatchObject({ status: "awaiting_clearance" });
  });

  test("prevents an admission that it no longer allows", async () => {
    const booking = await journey.confirmed(store);

    const admitted = await journey.admit(
      meanwhile(() => notCleared(booking)),
      booking,
      "admitted",
    );

    expect(admitted).toEqual({ ok: false, reason: "clearance_required" });
  });

  test("prevents a deposit page that it no longer allows", async () => {
    const booking = await journey.signed(store);
    const refused = meanwhile(() => notCleared(booking));

    const opened = await openCheckout(journey.contextOf(refused), { bookingId: booking.id, purpose: "deposit" }, actor);

    expect(opened).toEqual({ ok: false, reason: "clearance_required" });
    expect(await readAttempts(store, booking.id)).toEqual([]);
  });

  test("prevents a reminder of something no longer missing", async () => {
    const booking = await journey.paid(store);
    const { clearanceReminders: [at = now] = [] } = (await readBooking(store, booking.id)) ?? {};

    await remind(
      meanwhile(() => journey.clear(store, booking)),
      booking.id,
      occasionAt(at),
    );

    expect(await timeline(booking)).not.toContain("ClearanceReminder");
  });
});

test("a cohort's later end between the read and the write prevents the confirmation", async () => {
  const booking = await journey.cleared(store);
  const { TableName, Key } = placeAt(store, booking);
  const ends = (endsOn: string) =>
    store.client.send(
      new UpdateCommand({
        TableName,
        Key,
        UpdateExpression: "SET endsOn = :endsOn",
        ExpressionAttributeValues: { ":endsOn": endsOn },
      }),
    );

  const progressed = await journey.progress(
    meanwhile(() => ends(addDays(booking.terms.endsOn, 1))),
    booking,
  );

  expect(progressed).toEqual({ ok: false, reason: "conflict" });
});

describe("a hold with more children than one transaction removes", () => {
  const childrenOf = async (booking: Booking) => (await readChildren(store, booking.id)).map(({ sk }) => sk);

  async function large(): Promise<Booking> {
    const booking = await journey.abandoned(store);
    for (let version = 2; version <= 25; version++) {
      const Item = { ...keys.agreement(booking.id, version), version };
      await store.client.send(new PutCommand({ TableName: store.tables.core, Item }));
    }
    return booking;
  }
  const remove = (on: Store, { id }: Booking) => removeBooking(on, id, occasionAt(plusDays(lapsedAt, 30)));

  test("is removed with all of them", async () => {
    const booking = await large();

    expect(await remove(store, booking)).toEqual({ ok: true });

    expect(await childrenOf(booking)).toEqual(["REMOVED"]);
  });

  test("keeps all of them if money comes between the read and the write", async () => {
    const booking = await large();
    const before = await childrenOf(booking);

    await remove(
      meanwhile(() => journey.settleDeposit(store, booking, {}, lapsedAt)),
      booking,
    );

    expect(await childrenOf(booking)).toEqual(expect.arrayContaining(before));
  });
});
