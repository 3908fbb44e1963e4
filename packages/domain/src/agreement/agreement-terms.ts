import type { PolicyDate, Quote, QuotedTerms } from "../plan/index.ts";
import type { CalendarDate } from "../time/index.ts";

/**
 * The inputs of the agreement's text. All come from the booking's snapshot, so the same terms give the same document.
 */
export type AgreementTerms = {
  bookingId: string;
  version: number;
  merchant: string;
  publicLabel: string;
  participantName: string;
  startsOn: CalendarDate;
  endsOn: CalendarDate;
  timeZone: string;
  venue: string;
  currency: string;
  lines: Quote["lines"];
  total: number;
  plan: Quote["plan"];
  schedule: Quote["schedule"];
  /** Null if the plan is not consumer credit, and if it is exempt by its amount. */
  disclosure: Quote["disclosure"];
  policy: PolicyDate[];
  administrationFee: number;
  clearanceDeadlineOn: CalendarDate;
  /** Absent in terms that were stored before the agreement stated it. */
  lateCharge?: QuotedTerms["lateCharge"];
};

type LateCharge = NonNullable<AgreementTerms["lateCharge"]>;

/** Whether late payments are charged: a program without a late charge has none, or one of 0. */
export const hasLateCharge = (lateCharge: AgreementTerms["lateCharge"]): lateCharge is LateCharge =>
  (lateCharge?.amount ?? 0) > 0;

/** Copies only the fields that the agreement words, since they are stored with the document. */
export const worded = (terms: AgreementTerms): AgreementTerms => ({
  bookingId: terms.bookingId,
  version: terms.version,
  merchant: terms.merchant,
  publicLabel: terms.publicLabel,
  participantName: terms.participantName,
  startsOn: terms.startsOn,
  endsOn: terms.endsOn,
  timeZone: terms.timeZone,
  venue: terms.venue,
  currency: terms.currency,
  lines: terms.lines,
  total: terms.total,
  plan: terms.plan,
  schedule: terms.schedule,
  disclosure: terms.disclosure,
  policy: terms.policy,
  administrationFee: terms.administrationFee,
  clearanceDeadlineOn: terms.clearanceDeadlineOn,
  ...(terms.lateCharge === undefined ? {} : { lateCharge: terms.lateCharge }),
});
