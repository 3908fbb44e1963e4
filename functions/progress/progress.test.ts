import { TransactGetCommand } from "@aws-sdk/lib-dynamodb";
import { bookingStatuses } from "@clearing/domain/booking";
import type { BusEvent } from "@clearing/runtime/consumer";
import { fakeDeps } from "@clearing/runtime/testing/fake-deps";
import { expect, test } from "vitest";
import { anna } from "../mailer/testing/anna.ts";
import { progressOn } from "./progress.ts";

/** How often the booking is read for an event with this data. */
async function looks(name: string, data: Record<string, unknown>): Promise<number> {
  const { deps, table } = fakeDeps();
  table
    .on(TransactGetCommand)
    .resolves({ Responses: [{ Item: { ...anna.held, pk: "BKG#bkg_1", sk: "BOOKING" } }, {}] });
  const subject = { type: "booking", id: "bkg_1", version: 1 };
  const event: BusEvent = {
    source: "clearing",
    name,
    id: "evt_1",
    version: 1,
    occurredAt: "",
    correlationId: "test",
    subject,
    data,
  };
  await progressOn(event, deps);
  return table.commandCalls(TransactGetCommand).length;
}

test.each(bookingStatuses)("a booking that was %s is read, unless it was a hold", async (status) => {
  expect(await looks("AgreementSigned", { bookingId: "bkg_1", status })).toBe(status === "held" ? 0 : 1);
});

test("every change of a clearance reads its booking", async () => {
  expect(await looks("ClearanceChanged", { bookingId: "bkg_1", status: "pending" })).toBe(1);
});

test("an event without a booking id is an error", async () => {
  await expect(looks("ClearanceChanged", {})).rejects.toThrow("event without booking id");
});
