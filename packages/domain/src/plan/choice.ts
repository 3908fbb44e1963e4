import type { PlanOffer } from "../program/index.ts";
import { addMonths, type CalendarDate } from "../time/index.ts";

export type PlanKind = PlanOffer["kind"];

/** The plan that a client asks for. Without `months`, the longest that the dates allow. */
export type WantedPlan = { kind: PlanKind; months?: number | undefined };

/** The dates that limit a plan: the quote's date in the cohort's time zone, and the first day. */
type Dates = { quotedOn: CalendarDate; startsOn: CalendarDate };

const fewestMonths = 2;

/**
 * The offered plan with the months that the client chose, or the longest. Refuses with a `detail` if the plan is not
 * offered or there are too few months before the first day. Installments end by the first day; a loan may run past it.
 */
export function choosePlan(
  offers: PlanOffer[],
  { kind, months }: WantedPlan,
  dates: Dates,
): { ok: true; plan: PlanOffer } | { ok: false; detail: string } {
  const offer = offers.find((one) => one.kind === kind);
  if (offer === undefined) return { ok: false, detail: `This cohort does not offer the plan \`${kind}\`.` };
  if (!("months" in offer)) return { ok: true, plan: offer };
  const most = mostMonths(offer, dates);
  if (most < fewestMonths) return { ok: false, detail: "The first day is too soon for two monthly payments." };
  const chosen = months ?? most;
  if (chosen <= most) return { ok: true, plan: { ...offer, months: chosen } };
  const detail =
    chosen > offer.months
      ? `This cohort offers at most ${offer.months} monthly payments.`
      : `There is time for at most ${most} monthly payments before the first day.`;
  return { ok: false, detail };
}

/** The most months over which a plan quoted now may be paid. */
function mostMonths({ kind, months }: Extract<PlanOffer, { months: number }>, { quotedOn, startsOn }: Dates): number {
  let most = months;
  while (kind === "installments" && most > 0 && addMonths(quotedOn, most) > startsOn) most -= 1;
  return most;
}
