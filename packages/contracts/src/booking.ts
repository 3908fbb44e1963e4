import { dueFailures } from "@clearing/domain/booking/due-failure";
import { standings } from "@clearing/domain/booking/standing";
import { bookingStatuses } from "@clearing/domain/booking/transitions";
import * as z from "zod/mini";
import { amount, calendarDate, currency, email, id, instant, matching, personName, phone } from "./fields.ts";

export const participant = z.strictObject({
  name: personName(120),
  email: email(),
  phone: phone(),
  dateOfBirth: calendarDate(),
});

const due = () =>
  z.object({
    id: id("due"),
    sequence: z.int(),
    kind: z.enum(["deposit", "installment", "balance", "late_charge"]),
    dueOn: calendarDate(),
    amount: amount(),
    paid: amount(),
    /** The amount that staff have waived; it is no longer owed. */
    waived: amount(),
    status: z.enum(["scheduled", "processing", "action_required", "paid", "past_due", "cancelled"]),
    /** When the due is next collected with the saved method; null if it is paid by link or a payment is under way. */
    nextAttemptAt: z.nullable(instant()),
    /** Why the last try with the saved method failed. */
    lastFailure: z.nullable(z.enum(dueFailures)),
  });

/** The hash of the document that is signed. */
export const documentHash = () => matching(/^[0-9a-f]{64}$/, "Must be the document's SHA-256 hash in hexadecimal");

export const bookingResponse = () =>
  z.object({
    id: id("bkg"),
    cohortId: id("coh"),
    placeType: z.string(),
    status: z.enum(bookingStatuses),
    standing: z.enum(standings),
    currency: currency(),
    participant: z.object({ name: z.string(), email: z.string() }),
    holdExpiresAt: z.nullable(instant()),
    version: z.int(),
    autopay: z.boolean(),
    /** Staff have paused collection. */
    collectionPaused: z.boolean(),
    total: amount(),
    financeCharge: amount(),
    paid: amount(),
    refunded: amount(),
    balance: amount(),
    participation: z.enum(["invited", "accepted", "declined"]),
    /** Null for a payer who is not the participant. */
    clearance: z.nullable(
      z.object({
        status: z.enum(["pending", "cleared", "not_cleared", "withdrawn", "lapsed"]),
        validUntil: z.nullable(calendarDate()),
      }),
    ),
    agreement: z.object({ version: z.int(), signedAt: z.nullable(instant()), hash: z.string() }),
    dues: z.array(due()),
    admission: z.nullable(
      z.object({ outcome: z.enum(["admitted", "no_show", "turned_away"]), at: instant(), by: z.string() }),
    ),
    timeline: z.array(z.object({ at: instant(), event: z.string() })),
  });
