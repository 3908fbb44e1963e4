import { type CalendarDate, dateIn, hasCome, type Instant } from "../time/index.ts";
import type { Attempt } from "./attempt.ts";
import { agreementSigned, type Booking, mayOwe, type SavedMethod } from "./booking.ts";
import { isPaidOffWithOthers, waitsForPayoff } from "./checkout.ts";
import { awaitsFirstConfirmation, type Due, unpaid } from "./due.ts";
import { setupRefusal } from "./method-setup.ts";
import { nextPayment } from "./next-payment.ts";
import { chargeFor, isPaidOff, payoffOn } from "./payoff.ts";
import { owesCollectable } from "./varied-debit.ts";
import { type DueDate, whenDue } from "./when-due.ts";

/**
 * When and from which method a due is collected without the link: as scheduled (`collected`), although the card will
 * have expired (`card_expires`), or once bank debits are allowed again (`debit_free`).
 */
export type PlannedCharge = {
  as: "collected" | "card_expires" | "debit_free";
  on: CalendarDate;
  method: Pick<SavedMethod, "type" | "last4">;
};

/**
 * The page behind a payment link. `payable`: `amount` (minor units) is charged on the page that the button opens;
 * `date` is null while the due waits for a confirmation, `planned` if the due is not collected otherwise. `payoff`: the
 * due is part of a payoff whose page is open, and the button leads to that page. `after_payoff`: an open payoff leaves
 * the due out, and it can be paid afterwards. `to_sign`: the agreement has changed and is not signed again yet, but
 * the due is collected as `planned` all the same.
 */
export type PayPage =
  | { kind: "payable"; date: DueDate | null; amount: number; planned: PlannedCharge | null }
  | { kind: "payoff"; amount: number }
  | { kind: "after_payoff" }
  | { kind: "to_sign"; planned: PlannedCharge | null }
  | { kind: "paid" }
  | { kind: "on_its_way" }
  | { kind: "nothing_to_pay" };

/**
 * What the link of a due shows now; null if the booking has no such due. `open` is the due's attempt under way. An
 * off-session attempt or a completed page is on its way; an open page can still be paid.
 */
export function payPageOf(booking: Booking, dueId: string, open: Attempt | null, now: Instant): PayPage | null {
  const today = dateIn(booking.terms.timeZone, now);
  const due = booking.dues.find(({ id }) => id === dueId);
  if (due === undefined) return null;
  if (due.status === "paid") return { kind: "paid" };
  const isOwed = booking.status !== "held" && mayOwe(booking) && unpaid(due) > 0;
  if (!isOwed || awaitsFirstConfirmation(booking, due)) return { kind: "nothing_to_pay" };
  if (due.status === "processing" || open?.via === "off_session") return { kind: "on_its_way" };
  if (!agreementSigned(booking)) return { kind: "to_sign", planned: plannedCharge(booking, due, now) };
  if (open !== null && isPaidOffWithOthers(booking, due)) return { kind: "payoff", amount: open.amount };
  if (waitsForPayoff(booking, due)) return { kind: "after_payoff" };
  const isOpen = open?.status === "open" && open.sessionExpiresAt > now;
  const date = whenDue(booking, due, today);
  const payable = { kind: "payable", date, planned: plannedCharge(booking, due, now) } as const;
  if (isOpen) return { ...payable, amount: open.amount };
  const costs = isPaidOff(booking, due, today)
    ? chargeFor(payoffOn(booking, today).amount, booking.currency)
    : unpaid(due);
  return { ...payable, amount: costs };
}

/** Null if the charge's time has come: its outcome is not known, so the page promises nothing. */
function plannedCharge(booking: Booking, due: Due, now: Instant): PlannedCharge | null {
  const next = nextPayment(booking, due, now);
  if (!("at" in next) || hasCome(next.at, now)) return null;
  const as = next.kind === "collected" ? next.kind : next.why;
  return { as, on: dateIn(booking.terms.timeZone, next.at), method: next.method };
}

type Unpaid = Extract<PayPage, { kind: "payable" | "payoff" | "after_payoff" }>;
const isUnpaid = (page: PayPage): page is Unpaid =>
  page.kind === "payable" || page.kind === "payoff" || page.kind === "after_payoff";

/** `link_only`: the link can be paid, and no due is left that may be collected automatically. */
type MethodPageRefusal = "paid" | "on_its_way" | "nothing_to_pay" | "to_sign" | "link_only";

/**
 * Why the page behind a payment link saves no other method; null if it saves one. It does so for the booking's other
 * dues too, so it remains after its own due is paid.
 */
export function methodPageRefusal(booking: Booking, page: PayPage): MethodPageRefusal | null {
  const open = booking.dues.filter((due) => unpaid(due) > 0);
  if (!owesCollectable(booking)) return isUnpaid(page) ? "link_only" : page.kind;
  const refusal = setupRefusal(booking);
  if (refusal === "agreement_required") return "to_sign";
  if (refusal !== null) return page.kind === "paid" ? "paid" : "nothing_to_pay";
  return open.every(({ status }) => status === "processing") ? "on_its_way" : null;
}
