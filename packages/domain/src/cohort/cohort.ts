import type { DomainEvent, EventName } from "../event/index.ts";
import type { ProgramTerms } from "../program/index.ts";
import { addDays, type CalendarDate, endOfDay, type Instant } from "../time/index.ts";

export const cohortStatuses = ["draft", "open", "closed", "cancelled", "completed"] as const;
export type CohortStatus = (typeof cohortStatuses)[number];

/** `ownPrice`: the price was given to this cohort, and no program's replaces it. */
export type CohortPlaceType = { type: string; price: number; ownPrice: boolean; capacity: number };

/** What a cohort is sold on, copied from its program: a later change of the program changes no cohort that was opened. */
export type CohortTerms = ProgramTerms & {
  /** The program's version that they were copied from. */
  version: number;
};

/** One run of a program. `dueAt`: now while its places have to learn what it says of the sale, else when it ends. */
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
  /** Counts the changes of first day, last day and zone: what was quoted on other dates is not sold on these. */
  datesVersion: number;
  places: CohortPlaceType[];
  /** Null until it opens for the first time. */
  terms: CohortTerms | null;
  /** The clearance deadline, fixed with dates and terms: a later change of the program moves no cohort's. */
  clearanceDeadlineOn: CalendarDate;
  /** End of the clearance deadline's calendar day in the cohort's zone: nothing is sold from then on. */
  salesEndAt: Instant;
  dueAt: Instant | null;
};

/** What may claim a place: a booking, or the offer of a place. */
export type Claimant = { kind: "booking" | "offer"; id: string };

/** One seat. It is free, claimed until an instant, or taken; what a claim must know of its cohort is copied here. */
export type Place = {
  id: string;
  cohortId: string;
  type: string;
  onSale: boolean;
  salesEndAt: Instant;
  endsOn: CalendarDate;
  datesVersion: number;
  /** Somebody waits for a place of this type: buyers have to queue. */
  queued: boolean;
  claim: { by: Claimant; until: Instant } | null;
  takenBy: string | null;
};

export const mostPlaces = 60;

/** What a place has to know of its cohort, so that a claim need look at the place alone. */
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

/** A free place, knowing what its cohort says now. `queued`: somebody waits for a place of its type. */
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

/** Free: neither taken nor claimed past this instant. */
export const isFree = ({ claim, takenBy }: Place, now: Instant): boolean =>
  takenBy === null && (claim === null || claim.until <= now);

/** How many places of a type a buyer could claim now. */
export const available = (places: Place[], type: string, now: Instant): number =>
  places.filter(
    (place) => place.type === type && place.onSale && place.salesEndAt > now && !place.queued && isFree(place, now),
  ).length;

/** The date of the clearance deadline, so many days before the start, and the end of the sale, which ends with it. */
export function clearanceDeadline(
  { startsOn, timeZone }: Pick<Cohort, "startsOn" | "timeZone">,
  daysBefore: number,
): Pick<Cohort, "clearanceDeadlineOn" | "salesEndAt"> {
  const clearanceDeadlineOn = addDays(startsOn, -daysBefore);
  return { clearanceDeadlineOn, salesEndAt: endOfDay(clearanceDeadlineOn, timeZone) };
}

/**
 * The cohort on other dates or in another zone: in the next version of its dates, with their clearance deadline. The same
 * dates change nothing; the deadline that agreements name stays then, whatever the program says now.
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

/** `draft -> open <-> closed` by an admin; `completed` comes by time, `cancelled` by a cancellation. */
export const mayBecome = (from: CohortStatus, to: CohortStatus): boolean =>
  from === to || transitions[from].includes(to);

/** Whether a change opens it: for the first time, or again. */
export const opens = (before: Cohort, after: Cohort): boolean => before.status !== "open" && after.status === "open";

/** A draft is for admins alone: it was never opened. */
export const isDraft = ({ status }: Cohort): boolean => status === "draft";

/** The statuses of cohorts that the public sees, or the one of them that is asked for. */
export const publicStatuses = (asked?: CohortStatus): CohortStatus[] =>
  cohortStatuses.filter((one) => one !== "draft" && (asked === undefined || one === asked));

/** A cohort that was opened, with the terms that it was opened with. */
export type OpenedCohort = Cohort & { terms: CohortTerms };

/** The public sees a cohort once it was opened: its program was published then. */
export const isPublic = (cohort: Cohort): cohort is OpenedCohort => !isDraft(cohort) && cohort.terms !== null;

/** When it is completed: at the end of its last day in its zone. Null for a draft, and for one that is over. */
export const completesAt = ({ status, endsOn, timeZone }: Cohort): Instant | null =>
  status === "open" || status === "closed" ? endOfDay(endsOn, timeZone) : null;

/** The cohort, completed; null while its last day is not over. */
export function complete(cohort: Cohort, now: Instant): Cohort | null {
  const end = completesAt(cohort);
  return end === null || end > now ? null : { ...cohort, status: "completed" };
}

/** Nothing of a cohort is changed any more, its capacity included, once its last day is over. */
export const mayChange = (cohort: Cohort, now: Instant): boolean => {
  const end = completesAt(cohort);
  return cohort.status === "draft" || (end !== null && end > now);
};

const statusEventNames: Partial<Record<CohortStatus, EventName>> = {
  open: "CohortOpened",
  closed: "CohortClosed",
  completed: "CohortCompleted",
};

/** What a change of a cohort's status reports. */
export function statusEvents(before: Cohort, { id, version, programId, status }: Cohort): DomainEvent[] {
  const name = statusEventNames[status];
  if (name === undefined || before.status === status) return [];
  return [{ name, subject: { type: "cohort", id, version }, data: { cohortId: id, programId, status } }];
}

/** Only an open cohort is on sale, until its clearance deadline. */
export const isOnSale = ({ status, salesEndAt }: Cohort, now: Instant): boolean =>
  status === "open" && salesEndAt > now;
