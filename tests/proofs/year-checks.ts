import type { Booking, Due } from "@clearing/domain/booking";
import { addDays, type CalendarDate, dateIn } from "@clearing/domain/time";
import type { BusEvent, Dump } from "./dump.ts";

/** The days of the notices that the year's programs promise, relative to a due's date. */
export const promised = { before: [7, 1], after: [3, 7] };

/** How many hours a repeatedly failing sweep may take to catch up. */
const patienceHours = 12;

const owes = ({ status }: Booking) => ["awaiting_clearance", "confirmed", "completed"].includes(status);
const unpaidOf = ({ amount, paid, waived = 0, status }: Due) => (status === "cancelled" ? 0 : amount - paid - waived);
const hoursAgo = (now: string, hours: number) =>
  `${new Date(Date.parse(now) - hours * 3_600_000).toISOString().slice(0, 19)}Z`;

/** The largest amount that each due has asked for at any check, in minor units, by the due's id. */
export type Asked = Map<string, number>;

/** Adds the amounts of a check. A payoff lowers those of dues whose interest was paid ahead. */
export function addAsked(asked: Asked, { bookings }: Dump): void {
  for (const { id, amount } of bookings.flatMap(({ dues }) => dues))
    asked.set(id, Math.max(amount, asked.get(id) ?? 0));
}

/** Stripe charged each attempt once, and no due more than it has `asked` for: nothing is charged twice and refunded. */
export function chargedOnce({ bookings, attempts, stripe }: Dump, asked: Asked): string[] {
  const taken = stripe.charges.filter(({ status }) => status === "succeeded");
  const perAttempt = new Map<string, number>();
  for (const { metadata } of taken) {
    const id = metadata?.attemptId;
    if (id !== undefined) perAttempt.set(id, (perAttempt.get(id) ?? 0) + 1);
  }
  const ofPayoffs = new Set(attempts.filter(({ purpose }) => purpose === "payoff").map(({ id }) => id));
  const perDue = new Map<string, number>();
  for (const { metadata, amount_captured: captured } of taken) {
    if (metadata?.dueId === undefined || ofPayoffs.has(metadata.attemptId ?? "")) continue;
    perDue.set(metadata.dueId, (perDue.get(metadata.dueId) ?? 0) + captured);
  }
  const dues = bookings.flatMap((booking) => booking.dues);
  return [
    ...[...perAttempt].filter(([, count]) => count > 1).map(([id, count]) => `year: ${id} is charged ${count} times`),
    ...dues.flatMap(({ id, amount }) => {
      const sum = perDue.get(id) ?? 0;
      const most = asked.get(id) ?? amount;
      return sum <= most ? [] : [`year: ${id} asks for ${most}, and Stripe took ${sum}`];
    }),
  ];
}

/** Every booking that owes, and every attempt and refund under way, has a next step with a future date. */
export function nothingIsStuck({ now, bookings, attempts, refunds }: Dump): string[] {
  const long = hoursAgo(now, patienceHours);
  const lies = (dueAt: string | null) => dueAt === null || dueAt < long;
  const waiting = (id: string) =>
    attempts.some((one) => one.bookingId === id && ["requested", "open", "processing"].includes(one.status));
  return [
    ...bookings.filter(owes).flatMap((booking) => {
      const open = booking.dues.filter((due) => due.kind !== "deposit" && unpaidOf(due) > 0);
      if (booking.dueAt !== null)
        return booking.dueAt < long ? [`year: ${booking.id} lies since ${booking.dueAt}`] : [];
      // Staff were told of a due after its last notice, and a late charge asks for no more than that notice.
      const forgotten = open.filter((due) => due.openAttemptId === null && !isLeftToStaff(due));
      return forgotten.map(({ id, status }) => `year: ${id} of ${booking.id} is ${status}, and nothing follows`);
    }),
    ...bookings.flatMap(({ id, dues }) =>
      dues.some(({ openAttemptId }) => openAttemptId !== null) && !waiting(id)
        ? [`year: a due of ${id} waits for an attempt that is over`]
        : [],
    ),
    ...attempts
      .filter(({ status, dueAt }) => ["requested", "open", "processing"].includes(status) && lies(dueAt))
      .map(({ id, status, dueAt }) => `year: ${id} is ${status}, its next look ${dueAt}`),
    ...refunds.flatMap(({ id, dueAt }) => (dueAt !== null && dueAt < long ? [`year: ${id} lies since ${dueAt}`] : [])),
  ];
}

const isLeftToStaff = ({ kind, notices = [], tasks = [], dueOn }: Due): boolean =>
  tasks.some((task) => task.dueOn === dueOn) ||
  (kind === "late_charge" && notices.some((notice) => notice.kind === "final" && notice.dueOn === dueOn));

/** A booking that has nothing left to pay keeps no interest of a month that has not begun. */
export function keepsNoUnearned({ now, bookings }: Dump): string[] {
  const settled = bookings.filter((booking) => owes(booking) && booking.dues.every((due) => unpaidOf(due) === 0));
  return settled.flatMap(({ id, terms, dues }) => {
    const today = dateIn(terms.timeZone, now);
    return dues.flatMap((due) => {
      const begins = dues.find(({ sequence }) => sequence === due.sequence - 1)?.dueOn ?? today;
      const interest = due.paid - (due.amount - due.parts.interest);
      return due.parts.interest > 0 && interest > 0 && begins > today
        ? [`year: ${id} has nothing left to pay and keeps ${interest} of interest from ${begins} on`]
        : [];
    });
  });
}

/** No notice is sent twice for one date of a due. */
export function noticedOnce({ events }: Dump): string[] {
  const seen = new Map<string, string>();
  return [...noticesOf(events)].flatMap(([id, what]) => {
    const before = seen.get(what);
    seen.set(what, id);
    return before === undefined ? [] : [`year: the notice ${what} went twice`];
  });
}

const noticesOf = (events: BusEvent[]): Map<string, string> =>
  new Map(
    events
      .filter(({ type }) => type === "DueNotice")
      .map(({ id, data }) => [id, `${data.dueId} ${data.dueOn} ${data.kind} ${data.days}`]),
  );

/**
 * The notices promised between two checks were sent: for each due that was owed at both and had no attempt under way,
 * each notice whose day came in between. The check computes the days itself, without the product's code.
 */
export function promisesKept(before: Dump, after: Dump): string[] {
  const earlier = new Map(before.bookings.map((booking) => [booking.id, booking]));
  const sent = new Set(noticesOf(after.events).values());
  return after.bookings.flatMap((booking) => {
    const then = earlier.get(booking.id);
    if (then === undefined || !isNoticed(then) || !isNoticed(booking)) return [];
    const zone = booking.terms.timeZone;
    const days = { from: dateIn(zone, before.now), until: dateIn(zone, after.now) };
    return booking.dues.flatMap((due) => {
      const old = then.dues.find(({ id }) => id === due.id);
      if (old === undefined || !isNoticeable(old, then) || !isNoticeable(due, booking) || old.dueOn !== due.dueOn)
        return [];
      return noticesBetween(due, days)
        .filter((what) => !sent.has(what))
        .map((what) => `year: the notice ${what} of ${booking.id} has not gone by ${after.now}`);
    });
  });
}

const isNoticed = (booking: Booking): boolean =>
  owes(booking) && booking.depositSettledOn !== undefined && (booking.payoff ?? null) === null;

const isNoticeable = (due: Due, { depositSettledOn = "" }: Booking): boolean =>
  due.kind !== "deposit" &&
  due.startsBy === "date" &&
  due.dueOn > depositSettledOn &&
  due.varied === undefined &&
  unpaidOf(due) > 0 &&
  due.openAttemptId === null &&
  due.status !== "processing";

function noticesBetween({ id, dueOn }: Due, { from, until }: { from: CalendarDate; until: CalendarDate }): string[] {
  const last = promised.after.at(-1);
  const all = [
    ...promised.before.map((days) => ({ days, kind: "upcoming", on: addDays(dueOn, -days) })),
    ...promised.after.map((days) => ({ days, kind: days === last ? "final" : "past_due", on: addDays(dueOn, days) })),
  ];
  return all.filter(({ on }) => on >= from && on < until).map(({ days, kind }) => `${id} ${dueOn} ${kind} ${days}`);
}
