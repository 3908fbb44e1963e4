import { dateIn, type Instant } from "../time/index.ts";
import type { Attempt } from "./attempt.ts";
import { type Booking, mayOwe } from "./booking.ts";
import { isPaidOffWithOthers } from "./checkout.ts";
import { awaitsFirstConfirmation, type Due, unpaid } from "./due.ts";

import { isPaidOff, payoffOn } from "./payoff.ts";

/** What a payment link leads to. `payable`: so much is asked for on the page that its button leads to. */
export type PayPage =
  | { kind: "payable"; due: Due; amount: number }
  | { kind: "paid" }
  | { kind: "on_its_way" }
  | { kind: "nothing_to_pay" };

/**
 * What the link of a due shows now; null where the booking has no such due. `open` is the attempt that is under way for
 * it: one without a page, or whose page was completed, is on its way, and a page that is open can be paid on.
 */
export function payPageOf(booking: Booking, dueId: string, open: Attempt | null, now: Instant): PayPage | null {
  const today = dateIn(booking.terms.timeZone, now);
  const due = booking.dues.find(({ id }) => id === dueId);
  if (due === undefined) return null;
  if (due.status === "paid") return { kind: "paid" };
  const isOwed = booking.status !== "held" && mayOwe(booking) && unpaid(due) > 0;
  if (!isOwed || awaitsFirstConfirmation(booking, due)) return { kind: "nothing_to_pay" };
  if (due.status === "processing" || open?.via === "off_session" || isPaidOffWithOthers(booking, due))
    return { kind: "on_its_way" };
  const isOpen = open?.status === "open" && open.sessionExpiresAt > now;
  if (isOpen) return { kind: "payable", due, amount: open.amount };
  const costs = isPaidOff(booking, due, today) ? payoffOn(booking, today).amount : unpaid(due);
  return { kind: "payable", due, amount: costs };
}
