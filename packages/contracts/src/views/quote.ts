import type { PlanComparison, Quote, ScheduledDue } from "@clearing/domain/plan";

/** A scheduled due as the public sees it. */
const dueView = ({ sequence, kind, dueOn, amount }: ScheduledDue) => ({ sequence, kind, dueOn, amount });

/** One plan of the comparison. An unavailable plan has null figures. */
export const planView = (plan: PlanComparison) =>
  plan.available ? { ...plan, schedule: plan.schedule.map(dueView) } : { ...noFigures, ...plan };

const noFigures = {
  months: null,
  dueToday: null,
  schedule: [],
  total: null,
  financeCharge: null,
  apr: null,
  lastBankDebitOn: null,
};

/** A quote in the API's schema. `expiresAt` is `validUntil`, since `expiresAt` in the table is the time to live. */
export const quoteView = ({
  validUntil,
  removedAt: _removedAt,
  programId: _programId,
  usedBy: _usedBy,
  terms,
  schedule,
  ...rest
}: Quote & { usedBy?: string }) => ({
  ...rest,
  schedule: schedule.map(dueView),
  termsVersion: terms.termsVersion,
  expiresAt: validUntil,
});
