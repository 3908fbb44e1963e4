import { type Booking, type CheckoutAttempt, collectionAt, type Due } from "../booking/index.ts";
import type { DomainEvent } from "../event/index.ts";
import { addDays, daysBetween, type Instant } from "../time/index.ts";
import { Life } from "./life.ts";
import { held, program } from "./retreat.ts";

export const zone = "America/Denver";
export const dueOn = "2027-02-04";
/** The collection time this many days after the date of the first due. */
export const at = (days: number) => collectionAt(addDays(dueOn, days), zone);
export const nonPayment = { noticeDays: [3, 7], cancelDaysBefore: 14 };
export const lateCharge = { amount: 2_500, graceDays: 10 };

/** A confirmed booking of two installments, due on 4 February and 4 March; the cohort starts on 8 March. */
export function owing(changes: Partial<Booking> = {}, rules: object = { nonPayment, lateCharge }): Life {
  const plans = [{ kind: "installments", months: 2 } as const];
  const life = new Life(held("installments", { program: program({ plans, ...rules }) }))
    .sign()
    .pay("deposit")
    .confirm();
  change(life, changes);
  return life;
}

export function change(life: Life, changes: Partial<Booking>): void {
  life.booking = { ...life.booking, ...changes };
}

export function changeDue(life: Life, id: string, changes: Partial<Due>): void {
  change(life, { dues: life.booking.dues.map((due) => (due.id === id ? { ...due, ...changes } : due)) });
}

/** Opens a page for the first due, or for part of it; returns the attempt's id. */
export const payFirst = (life: Life, amount?: number): string =>
  (life.checkout("due", { dueId: "due_1", amount }) as CheckoutAttempt).id;

/** Pays the first due by a bank debit that is under way; returns the attempt's id. */
export function debitFirst(life: Life): string {
  const id = payFirst(life);
  life.settle(id, { kind: "processing", paymentIntentId: "pi_1" });
  return id;
}

export const noticesOf = (life: Life): DomainEvent[] => life.events.filter(({ name }) => name === "DueNotice");

/** Runs the sweep at each instant; returns its notices of the first due, with the days since its date. */
export function told(life: Life, instants: Instant[]): string[] {
  return instants.flatMap((now) => {
    const before = life.events.length;
    life.at(now).sweep();
    return life.events
      .slice(before)
      .filter(
        ({ name, data }) =>
          (name === "DueNotice" ? data.dueId : name === "LateChargeAdded" && data.forDueId) === "due_1",
      )
      .map(({ name, data }) => {
        const day = daysBetween(dueOn, now.slice(0, 10));
        return name === "DueNotice" ? `${day}: ${data.kind} ${data.days}` : `${day}: late charge`;
      });
  });
}
export const everyDay = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => at(from + index));
