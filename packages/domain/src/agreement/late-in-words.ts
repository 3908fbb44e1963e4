import { fill } from "../text/index.ts";
import { dayCount } from "../time/long-date.ts";

/** From when on a payment has a late charge, in words. */
export const lateInWords = (graceDays: number, texts: { late: string; lateAfterGrace: string }): string =>
  graceDays === 0 ? texts.late : fill(texts.lateAfterGrace, { grace: dayCount(graceDays) });
