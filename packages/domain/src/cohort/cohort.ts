import type { DomainEvent, EventName } from "../event/index.ts";
import type { ProgramTerms } from "../program/index.ts";
import { addDays, type CalendarDate, endOfDay, type Instant } from "../time/index.ts";

export const cohortStatuses = ["draft", "open", "closed", "cancelled", "completed"] as const;
export type CohortStatus = (typeof cohortStatuses)[number];

/** `ownPrice`: the cohort has its own price, which the program's price does not replace. */
export type CohortPlaceType = { type: string; price: number; ownPrice: boolean; capacity: number };

/**
 * The terms on which a cohort is sold, copied from its program. Later changes to the program do not affect an opened
 * cohort.
 */
export type CohortTerms = ProgramTerms & {
  /** The program version that the terms were copied from. */
  version: number;
};

/** One run of a program. `dueAt`: now if its places must be updated from it, else when it ends. */
export type Cohort = {
  id: string;
  version: number;
  auditHash: string;
  programId: string;
  status: CohortStatus;
  startsOn: CalendarDate;
  endsOn: CalendarDate;
  timeZone: string;
  venue: string;
  /** Counts the changes of first day, last day and time zone. A quote for other dates cannot claim a place. */
  datesVersion: number;
  places: CohortPlaceType[];
  /** Null until the cohort first opens. */
  terms: CohortTerms | null;
  /** The clearance deadline's date, set with dates and terms. Later changes to the program do not move it. */
  clearanceDeadlineOn: CalendarDate;
  /** The end of the clearance deadline's calendar day in the cohort's time zone, when the sale ends. */
  salesEndAt: Instant;
  dueAt: Instant | null;
};

/** The holder of a claim on a place: a booking or a waitlist offer. */
export type Claimant = { kind: "booking" | "offer"; id: string };

/** One seat: free, claimed until an instant, or taken. Copies everything about its cohort that a claim needs. */
export type Place = {
  id: string;
  cohortId: string;
  type: string;
  onSale: boolean;
  salesEndAt: Instant;
  endsOn: CalendarDate;
  datesVersion: number;
  /** Someone is on the waitlist for this type of place, so buyers cannot claim it. */
  queued: boolean;
  claim: { by: Claimant; until: Instant } | null;
  takenBy: string | null;
};

export const mostPlaces = 60;

/** The cohort's data that each place copies, so that a claim needs to read only the place. */
export const saleOf = ({
  status,
  salesEndAt,
  endsOn,
  datesVersion,
}: Cohort): Pick<Place, "onSale" | "salesEndAt" | "endsOn" | "datesVersion"> => ({
  onSale: status === "open",
  salesEndAt,
  endsOn,
  datesVersion,
});

/** A free place with its cohort's current data. `queued`: someone is on the waitlist for its type. */
export const newPlace = (
  cohort: Cohort,
  { id, type, queued = false }: Pick<Place, "id" | "type"> & Partial<Pick<Place, "queued">>,
): Place => ({
  id,
  cohortId: cohort.id,
  type,
  ...saleOf(cohort),
  queued,
  claim: null,
  takenBy: null,
});

/** Whether a place is neither taken nor claimed beyond this instant. */
export const isFree = ({ claim, takenBy }: Place, now: Instant): boolean =>
  takenBy === null && (claim === null || claim.until <= now);

/** How many places of a type a buyer could claim now. */
export const available = (places: Place[], type: string, now: Instant): number =>
  places.filter(
    (place) => place.type === type && place.onSale && place.salesEndAt > now && !place.queued && isFree(place, now),
  ).length;

/** The date of the clearance deadline, `daysBefore` the start, and the end of that day, when the sale ends. */
export function clearanceDeadline(
  { startsOn, timeZone }: Pick<Cohort, "startsOn" | "timeZone">,
  daysBefore: number,
): Pick<Cohort, "clearanceDeadlineOn" | "salesEndAt"> {
  const clearanceDeadlineOn = addDays(startsOn, -daysBefore);
  return { clearanceDeadlineOn, salesEndAt: endOfDay(clearanceDeadlineOn, timeZone) };
}

/**
 * Moves the cohort to other dates or another time zone, and sets their clearance deadline; `datesVersion` goes up by
 * one. With the same dates nothing changes: the deadline stays as agreements name it, whatever the program says now.
 */
export function moveDates(
  cohort: Cohort,
  dates: Pick<Cohort, "startsOn" | "endsOn" | "timeZone">,
  deadlineDaysBefore: number,
): Cohort {
  const { startsOn, endsOn, timeZone } = dates;
  if (startsOn === cohort.startsOn && endsOn === cohort.endsOn && timeZone === cohort.timeZone) return cohort;
  const datesVersion = cohort.datesVersion + 1;
  return { ...cohort, startsOn, endsOn, timeZone, datesVersion, ...clearanceDeadline(dates, deadlineDaysBefore) };
}

const transitions: Record<CohortStatus, CohortStatus[]> = {
  draft: ["open"],
  open: ["closed"],
  closed: ["open"],
  cancelled: [],
  completed: [],
};

/**
 * The changes that an admin may make: `draft -> open <-> closed`. A cohort becomes `completed` by time and `cancelled`
 * by a cancellation.
 */
export const mayBecome = (from: CohortStatus, to: CohortStatus): boolean =>
  from === to || transitions[from].includes(to);

/** Whether a change opens the cohort, for the first time or again. */
export const opens = (before: Cohort, after: Cohort): boolean => before.status !== "open" && after.status === "open";

/** Only admins see a draft, which was never opened. */
export const isDraft = ({ status }: Cohort): boolean => status === "draft";

/** The statuses of cohorts that the public sees, or the requested one if it is among them. */
export const publicStatuses = (asked?: CohortStatus): CohortStatus[] =>
  cohortStatuses.filter((one) => one !== "draft" && (asked === undefined || one === asked));

/** A cohort that has been opened, with its terms. */
export type OpenedCohort = Cohort & { terms: CohortTerms };

/** Whether the public sees a cohort: it has been opened, which requires a published program. */
export const isPublic = (cohort: Cohort): cohort is OpenedCohort => !isDraft(cohort) && cohort.terms !== null;

/** When the cohort is completed: at the end of its last day in its time zone. Null for a draft, and once it is over. */
export const completesAt = ({ status, endsOn, timeZone }: Cohort): Instant | null =>
  status === "open" || status === "closed" ? endOfDay(endsOn, timeZone) : null;

/** Completes the cohort; null before its last day is over. */
export function complete(cohort: Cohort, now: Instant): Cohort | null {
  const end = completesAt(cohort);
  return end === null || end > now ? null : { ...cohort, status: "completed" };
}

/** Whether a cohort can still be changed, its capacity included: until its last day is over. */
export const mayChange = (cohort: Cohort, now: Instant): boolean => {
  const end = completesAt(cohort);
  return cohort.status === "draft" || (end !== null && end > now);
};

const statusEventNames: Partial<Record<CohortStatus, EventName>> = {
  open: "CohortOpened",
  closed: "CohortClosed",
  completed: "CohortCompleted",
};

/** The events of a change of the cohort's status. */
export function statusEvents(before: Cohort, { id, version, programId, status }: Cohort): DomainEvent[] {
  const name = statusEventNames[status];
  if (name === undefined || before.status === status) return [];
  return [{ name, subject: { type: "cohort", id, version }, data: { cohortId: id, programId, status } }];
}

/** Whether a cohort is on sale: it is open, and its clearance deadline has not passed. */
export const isOnSale = ({ status, salesEndAt }: Cohort, now: Instant): boolean =>
  status === "open" && salesEndAt > now;
