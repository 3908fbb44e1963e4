import { type AuditRecord, verifyChain } from "@clearing/domain/audit";
import {
  type Attempt,
  type Booking,
  type Due,
  givesNothing,
  isForOneself,
  type Refund,
} from "@clearing/domain/booking";
import { type Account, type PostedEntry, sumOf } from "@clearing/domain/ledger";
import { comparableAddress, personKey } from "@clearing/domain/person";
import { byBooking } from "@clearing/store/place";
import type { Dump } from "./dump.ts";

/** Returns a text for each breach; none if the invariant holds. */
export type Check = (dump: Dump) => string[];

/**
 * Whether a booking holds its place at an instant: a live booking claims it, and one whose retreat has begun keeps it.
 */
const holds = (booking: Booking, now: string): boolean =>
  booking.status === "held"
    ? (booking.holdExpiresAt ?? "") > now
    : ["awaiting_clearance", "confirmed", "completed"].includes(booking.status);

/**
 * I1: no place is claimed or taken by two live bookings, each live booking's place exists and names it, and nobody
 * takes part in a cohort twice or is invited to it twice by one payer.
 */
export const placesHeldOnce: Check = ({ now, bookings, places }) => {
  const stored = new Map(places.map((place) => [place.id, place]));
  const live = bookings.filter((booking) => holds(booking, now));
  const shared = repeated(live.map(({ placeId }) => placeId)).map((id) => `I1: ${id} is held by two live bookings`);
  const takePart = live.filter(({ participation }) => participation === "accepted");
  const forOthers = live.filter((booking) => !isForOneself(booking));
  const twice = [
    ...repeated(takePart.map(({ cohortId, participant }) => `${cohortId} ${comparableAddress(participant.email)}`)),
    ...repeated(
      forOthers.map(({ cohortId, owner, participant }) =>
        [cohortId, ...[owner.email, participant.email].map(comparableAddress)].join(" "),
      ),
    ),
  ];
  const astray = live.flatMap(({ id, placeId, status }) => {
    const place = stored.get(placeId);
    if (place === undefined) return [`I1: ${id} is ${status} on ${placeId}, which does not exist`];
    const { takenBy, claimedBy } = place;
    const names = takenBy === undefined ? claimedBy === byBooking(id) : takenBy === id;
    return names ? [] : [`I1: ${id} is ${status} on ${placeId}, which names ${takenBy ?? claimedBy ?? "nobody"}`];
  });
  const takers = new Map(bookings.map((booking) => [booking.id, booking]));
  const ghosts = places.flatMap(({ id, takenBy }) => {
    if (takenBy === undefined) return [];
    const taker = takers.get(takenBy);
    const may = taker !== undefined && (holds(taker, now) || taker.admission !== null) && taker.placeId === id;
    return may ? [] : [`I1: ${id} is taken by ${takenBy}, which is ${taker?.status ?? "nothing"}`];
  });
  return [...shared, ...twice.map((who) => `I1: ${who} has two live bookings`), ...astray, ...ghosts];
};

type Span = { bookingId: string; placeId: string; from: string; to: string };

/** I1 at every past instant: the spans in which bookings held a place, according to the audit chains, never overlap. */
export const placesNeverShared: Check = ({ audit, events }) => {
  const written = new Map(
    events.map(({ id, subject }) => [`${subject.type}#${subject.id}@${subject.version}`, writtenAt(id)]),
  );
  const spans = groups(
    audit.filter(({ subject }) => subject.type === "booking"),
    ({ subject }) => subject.id,
  ).flatMap(([bookingId, records]) => spansOf(bookingId, records, written));
  return groups(spans, ({ placeId }) => placeId).flatMap(([placeId, ofPlace]) => {
    const inTime = ofPlace.toSorted((a, b) => compare(a.from, b.from) || compare(a.to, b.to));
    return inTime.flatMap((span, index) => {
      const clash = inTime.slice(index + 1).find((other) => other.bookingId !== span.bookingId && other.from < span.to);
      return clash === undefined
        ? []
        : [
            `I1: ${placeId} was held by ${span.bookingId} until ${span.to}, and by ${clash.bookingId} from ${clash.from}`,
          ];
    });
  });
};

function spansOf(bookingId: string, records: AuditRecord[], written: Map<string, string>): Span[] {
  const inOrder = records.toSorted((a, b) => a.sequence - b.sequence);
  return inOrder.flatMap(({ at, sequence, after }, index) => {
    const state = (after ?? {}) as { status?: string; placeId?: string; holdExpiresAt?: string | null };
    const next = inOrder[index + 1]?.at ?? "9999";
    const kept = ["awaiting_clearance", "confirmed", "completed"].includes(state.status ?? "");
    const to = state.status === "held" ? least(next, state.holdExpiresAt ?? at) : kept ? next : at;
    // If the clock jumps during a request, its claim can have lapsed before it was written.
    const wrote = written.get(`booking#${bookingId}@${sequence}`) ?? at;
    const from = compare(wrote, at) > 0 ? wrote : at;
    return to > from && state.placeId ? [{ bookingId, placeId: state.placeId, from, to }] : [];
  });
}

/** The instant at which an event was made for its transaction, to the second: its id starts with it. */
function writtenAt(eventId: string): string {
  const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
  const digits = [...eventId.slice(eventId.indexOf("_") + 1).slice(0, 10)];
  const milliseconds = digits.reduce((sum, digit) => sum * 32 + Math.max(0, alphabet.indexOf(digit)), 0);
  return new Date(Math.min(milliseconds, 8e14)).toISOString().replace(/\.\d{3}Z$/, "Z");
}

/** I2, as far as it can be checked afterwards: a confirmed booking has every fact that its confirmation required. */
export const confirmedOnFacts: Check = ({ bookings, clearances, places }) => {
  const clearance = new Map(clearances.map((one) => [one.bookingId, one]));
  const place = new Map(places.map((one) => [one.id, one]));
  return bookings
    .filter(({ status }) => status === "confirmed")
    .flatMap((booking) => {
      const { medical, psychiatric, oneClinicianMaySignBoth } = clearance.get(booking.id) ?? {};
      const signers = [medical?.by, psychiatric?.by];
      const clears = (finding: typeof medical) =>
        finding?.outcome === "cleared" && (finding.validUntil ?? "") >= booking.terms.endsOn;
      const missing = [
        ...(clears(medical) && clears(psychiatric) ? [] : ["both clearances to the last day"]),
        ...(signers[0] !== signers[1] || oneClinicianMaySignBoth ? [] : ["two clinicians"]),
        ...(signers.includes(personKey(booking.participant.email)) ? ["an evaluation by somebody else"] : []),
        ...(booking.dues.find(({ kind }) => kind === "deposit")?.status === "paid" ? [] : ["its deposit"]),
        ...(booking.agreement.signedVersion === booking.agreement.version ? [] : ["its signature"]),
        ...(booking.participation === "accepted" ? [] : ["its participant"]),
        ...(place.get(booking.placeId)?.takenBy === booking.id ? [] : ["its place"]),
      ];
      return missing.map((what) => `I2: ${booking.id} is confirmed without ${what}`);
    });
};

/** I3: every entry balances, each posting is on one side with a whole amount, and a business fact has one entry. */
export const entriesBalance: Check = ({ entries }) => [
  ...entries.flatMap(({ reference, postings }) => {
    const sum = postings.reduce((total, { debit, credit }) => total + debit - credit, 0);
    const sound = postings.every(
      ({ debit, credit }) =>
        Number.isSafeInteger(debit + credit) && Math.min(debit, credit) === 0 && debit + credit > 0,
    );
    return [
      ...(sum === 0 ? [] : [`I3: ${reference} does not balance: ${sum}`]),
      ...(sound ? [] : [`I3: ${reference} has a posting that is no amount on one side`]),
    ];
  }),
  ...repeated(entries.map(({ reference }) => reference)).map((reference) => `I4: ${reference} is posted twice`),
];

/** I3: a booking's schedule adds up, and its receivable, deferred revenue, payments and refunds equal the ledger's. */
export const bookingsAgreeWithLedger: Check = ({ bookings, entries, refunds, charges }) => {
  const byBooking = new Map(groups(entries, bookingOf));
  const chargesOf = new Map(groups(charges, ({ bookingId }) => bookingId));
  const refundsOf = new Map(groups(refunds, ({ bookingId }) => bookingId));
  return bookings.flatMap((booking) => {
    const own = byBooking.get(booking.id) ?? [];
    const given = refundsOf.get(booking.id) ?? [];
    const captured = chargesOf.get(booking.id) ?? [];
    const owed = debitBalance(own, "receivable");
    const billed = total(booking.dues, ({ status, paid, billed }) => (status === "cancelled" ? paid : billed));
    const paidOnDues = total(booking.dues, ({ paid }) => paid);
    const parts = given.flatMap(({ parts }) => parts);
    const unspread = total(given, (refund) => refund.unspread);
    const pays = own.filter(({ reference }) => reference.startsWith("payment:"));
    const taken = own.filter(({ reference }) => reference.startsWith("refund-taken:"));
    const returned = own.filter(({ reference }) => reference.startsWith("refund-returned:"));
    const facts: [what: string, expected: number, found: number][] = [
      [
        "its schedule adds up to total and finance charge",
        booking.total + booking.financeCharge,
        total(booking.dues, ({ kind, amount }) => (kind === "late_charge" ? 0 : amount)),
      ],
      ["receivable is billed dues less paid", billed - paidOnDues, owed],
      ["paid is what the ledger took in", debitBalance(pays, "stripe_balance"), booking.paid],
      [
        "refunded is what was asked for and has neither failed nor been refused",
        unspread + total(parts, (part) => (givesNothing(part) ? 0 : part.amount)),
        booking.refunded,
      ],
      ["deferred is the ledger's", -debitBalance(own, "deferred_revenue"), booking.deferred],
      ["tax payable is the ledger's", -debitBalance(own, "tax_payable"), booking.taxPayable ?? 0],
      ["interest income is the ledger's", -debitBalance(own, "interest_income"), booking.interestIncome ?? 0],
      [
        "applied is what its charges apply, less what is yet to be spread over them",
        total(captured, ({ applied }) => applied) - unspread,
        booking.applied,
      ],
      [
        "what its charges paid of it is deferred, kept or earned, or billed and unpaid",
        -total(
          [
            ...(["deferred_revenue", "tax_payable", "interest_income", "fee_income", "earned_revenue"] as const),
            ...(["receivable", "financing_receivable"] as const),
          ],
          (account) => debitBalance(own, account),
        ),
        total(captured, ({ applied }) => applied) - unspread,
      ],
      [
        "refunds payable is owed on its charges, not taken or come back",
        total(captured, ({ amount, applied }) => amount - applied) +
          unspread +
          debitBalance(taken, "stripe_balance") +
          debitBalance(returned, "stripe_balance"),
        -debitBalance(own, "refunds_payable"),
      ],
      [
        "financing receivable is the price of a completed booking that is still to be billed, with its tax",
        booking.status === "completed" ? total(booking.dues, toBill) : 0,
        debitBalance(own, "financing_receivable"),
      ],
      ["what is deferred of an ended booking", ended(booking) ? 0 : booking.deferred, booking.deferred],
      [
        "the tax of a booking that ended early",
        endedEarly(booking) ? 0 : (booking.taxPayable ?? 0),
        booking.taxPayable ?? 0,
      ],
    ];
    const torn = booking.dues.filter((due) => due.amount !== sumOf(due.parts) || due.billed !== sumOf(due.billedParts));
    if (booking.deferred < 0) return [`I3: ${booking.id} (${booking.status}): ${booking.deferred} are deferred`];
    return [
      ...torn.map(({ id }) => `I3: ${id} of ${booking.id} is not the sum of its parts`),
      ...facts.flatMap(([what, expected, found]) =>
        expected === found
          ? []
          : [`I3: ${booking.id} (${booking.status}): ${what}: ${expected} expected, ${found} found`],
      ),
    ];
  });
};

/** The price and tax of a due that are not billed yet; a waived due is no longer billed. */
const toBill = ({ parts, billedParts, waived = 0 }: Due): number =>
  waived > 0 ? 0 : parts.principal + parts.tax - billedParts.principal - billedParts.tax;

const endedEarly = ({ status }: Booking) => ["expired", "declined", "cancelled"].includes(status);
const ended = (booking: Booking) => booking.status === "completed" || endedEarly(booking);

const finalAttempt = ({ status }: Attempt) =>
  ["succeeded", "failed", "expired", "refused", "abandoned"].includes(status);

/** I5: no due is paid above its amount, and at most one attempt per due is under way. */
export const duesCollectedOnce: Check = ({ bookings, attempts }) => [
  ...bookings.flatMap(({ id, dues }) =>
    dues.flatMap((due: Due) => [
      ...(due.paid <= due.amount ? [] : [`I5: ${due.id} of ${id} is paid ${due.paid} of ${due.amount}`]),
      ...(due.billed <= due.amount ? [] : [`I5: ${due.id} of ${id} is billed ${due.billed} of ${due.amount}`]),
    ]),
  ),
  ...repeated(attempts.filter((attempt) => !finalAttempt(attempt)).map(({ dueId }) => dueId)).map(
    (dueId) => `I5: two attempts collect ${dueId} at the same time`,
  ),
];

/** I6: refunds never exceed the captured amount, on our books and on Stripe's. */
export const refundsWithinCaptured: Check = ({ charges, refunds, stripe }) => {
  const ours = partsByCharge(refunds);
  const theirs = new Map(
    groups(
      stripe.refunds.filter(({ status }) => status !== "failed" && status !== "canceled"),
      ({ charge }) => String(charge),
    ).map(([id, made]) => [id, total(made, ({ amount }) => amount)] as const),
  );
  return [
    ...charges.flatMap(({ id, amount, refundable }) => [
      ...((ours.get(id) ?? 0) <= amount ? [] : [`I6: ${id}: refunds of ${ours.get(id)} on ${amount}`]),
      ...(refundable === amount - (ours.get(id) ?? 0) && refundable >= 0
        ? []
        : [`I6: ${id}: ${refundable} left to refund of ${amount}, and ${ours.get(id) ?? 0} asked for`]),
    ]),
    ...stripe.charges.flatMap(({ id, amount_captured: captured }) =>
      (theirs.get(id) ?? 0) <= captured ? [] : [`I6: at Stripe ${id}: refunds of ${theirs.get(id)} on ${captured}`],
    ),
  ];
};

function partsByCharge(refunds: Refund[]): Map<string, number> {
  const parts = refunds.flatMap((refund) => refund.parts).filter((part) => !givesNothing(part));
  return new Map(groups(parts, ({ chargeId }) => chargeId).map(([id, of]) => [id, total(of, ({ amount }) => amount)]));
}

/**
 * I4, once all is quiet and reconciled: each balance transaction is posted once, nothing else is, and the balances
 * agree to the cent.
 */
export const stripePostedOnce: Check = ({ entries, stripe }) => {
  const moved = new Map<string, number[]>();
  for (const entry of entries) {
    const net = debitBalance([entry], "stripe_balance");
    if (net !== 0) moved.set(entry.reference, [...(moved.get(entry.reference) ?? []), net]);
  }
  const expected = stripe.transactions.flatMap(({ id, type, amount, fee, source }): [string, number][] => {
    const fees: [string, number][] = fee === 0 ? [] : [[`fee:${id}`, -fee]];
    if (type === "charge" || type === "payment") return [[`payment:${source}`, amount], ...fees];
    if (type === "refund" || type === "payment_refund") return [[`refund-taken:${id}`, amount], ...fees];
    return [[`refund-returned:${id}`, amount], ...fees];
  });
  const known = new Map(expected);
  const ledger = total([...moved.values()].flat(), (amount) => amount);
  return [
    ...expected.flatMap(([reference, amount]) => {
      const found = moved.get(reference) ?? [];
      return found.length === 1 && found[0] === amount
        ? []
        : [`I4: ${reference} over ${amount} is posted as [${found.join(", ")}]`];
    }),
    ...[...moved.keys()].filter((reference) => !known.has(reference)).map((one) => `I4: ${one} is nothing at Stripe`),
    ...(ledger === stripe.balance ? [] : [`I4: stripe_balance is ${ledger}, Stripe's own balance ${stripe.balance}`]),
  ];
};

/** I7, once all is quiet: each state change's events were published, none without its change, and none is unsent. */
export const eventsMatchChanges: Check = ({ bookings, heads, audit, events, outbox, stripeEvents, clearances }) => {
  const distinct = [...new Map(events.map((event) => [event.id, event])).values()];
  const versions = new Set(audit.map(({ subject, sequence }) => `${subject.type}#${subject.id}@${sequence}`));
  const ofBooking = new Map(
    groups(
      distinct.filter(({ subject }) => subject.type === "booking"),
      ({ subject }) => subject.id,
    ),
  );
  const ofClearance = groups(
    distinct.filter(({ subject }) => subject.type === "clearance"),
    ({ subject }) => subject.id,
  );
  const hinted = new Set(distinct.filter(({ type }) => type === "StripeEventReceived").map(({ id }) => id));
  return [
    ...outbox.map(({ pk }) => `I7: ${pk} was never sent`),
    ...distinct
      .filter(({ subject }) => subject.type !== "stripe_event")
      .filter(({ subject }) => !versions.has(`${subject.type}#${subject.id}@${subject.version}`))
      .map(({ id, type, subject }) => `I7: ${type} ${id} tells of ${subject.id}@${subject.version}, which never was`),
    ...bookings.flatMap(({ id, timeline }) => {
      const told = (ofBooking.get(id) ?? [])
        .map(({ type }) => type)
        .sort()
        .join(" ");
      const happened = timeline
        .map(({ event }) => event as string)
        .sort()
        .join(" ");
      return told === happened ? [] : [`I7: ${id}: [${happened}] happened, [${told}] came out`];
    }),
    ...[...ofBooking.keys()]
      // A removed booking leaves its head.
      .filter((id) => heads[`booking#${id}`] === undefined)
      .map((id) => `I7: events tell of ${id}, which does not exist`),
    ...clearances.flatMap(({ bookingId, version }) => {
      const told = ofClearance.find(([id]) => id === bookingId)?.[1].length ?? 0;
      const written = audit.filter(({ subject }) => subject.type === "clearance" && subject.id === bookingId).length;
      return told === written
        ? []
        : [`I7: ${bookingId}'s clearance changed ${written} times (${version}), ${told} events`];
    }),
    ...stripeEvents.filter((id) => !hinted.has(id)).map((id) => `I7: ${id} is stored, and was never worked on`),
    ...[...hinted].filter((id) => !stripeEvents.includes(id)).map((id) => `I7: ${id} was worked on, and never stored`),
  ];
};

/** I9: each subject's audit chain has no gap and no fork, and its hashes are valid up to the head. */
export const auditChainsHold: Check = ({ audit, heads }) => {
  const chains = new Map(groups(audit, ({ subject }) => `${subject.type}#${subject.id}`));
  return [
    ...Object.entries(heads).flatMap(([subject, head]) => {
      const records = (chains.get(subject) ?? []).toSorted((a, b) => a.sequence - b.sequence);
      const verdict = verifyChain(records, head);
      return verdict.verified ? [] : [`I9: the chain of ${subject} breaks at ${verdict.brokenAt}`];
    }),
    ...[...chains.keys()].filter((one) => !(one in heads)).map((one) => `I9: ${one} has a chain, and is not there`),
  ];
};

/** The checks that must pass at every quiet moment. */
export const always: Check[] = [
  placesHeldOnce,
  placesNeverShared,
  confirmedOnFacts,
  entriesBalance,
  bookingsAgreeWithLedger,
  duesCollectedOnce,
  refundsWithinCaptured,
  eventsMatchChanges,
  auditChainsHold,
];

/** The checks at every quiet moment that need no audit log and no events. */
export const ofMoney: Check[] = [
  placesHeldOnce,
  confirmedOnFacts,
  entriesBalance,
  bookingsAgreeWithLedger,
  duesCollectedOnce,
  refundsWithinCaptured,
];

/** The checks of a single booking: without its events, the other bookings of its cohort, and Stripe. */
export const ofOneBooking: Check[] = [
  confirmedOnFacts,
  entriesBalance,
  bookingsAgreeWithLedger,
  duesCollectedOnce,
  refundsWithinCaptured,
  auditChainsHold,
];

export const breaches = (dump: Dump, checks: Check[]): string[] => checks.flatMap((check) => check(dump));

/** The booking of an entry: the one that its postings name, if any. */
const bookingOf = ({ postings }: PostedEntry): string =>
  postings.find(({ bookingId }) => bookingId !== undefined)?.bookingId ?? "";

const debitBalance = (entries: PostedEntry[], account: Account): number =>
  total(
    entries.flatMap(({ postings }) => postings.filter((posting) => posting.account === account)),
    ({ debit, credit }) => debit - credit,
  );

const total = <Value>(values: Value[], amount: (value: Value) => number): number =>
  values.reduce((sum, value) => sum + amount(value), 0);

function groups<Value>(values: Value[], key: (value: Value) => string): [string, Value[]][] {
  const found = new Map<string, Value[]>();
  for (const value of values) {
    const group = found.get(key(value));
    if (group === undefined) found.set(key(value), [value]);
    else group.push(value);
  }
  return [...found];
}

const repeated = (values: string[]): string[] => [...new Set(values.filter((one, at) => values.indexOf(one) !== at))];
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const least = (a: string, b: string): string => (a < b ? a : b);
