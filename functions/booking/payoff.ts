import { getPayoff } from "@clearing/contracts/routes/checkout";
import { payoffView } from "@clearing/contracts/views/payoff";
import { payoffOn, refusePayoff } from "@clearing/domain/booking";
import { paymentBars } from "@clearing/domain/booking/payment-bar";
import { dateIn } from "@clearing/domain/time";
import { callerIn, sightFor } from "@clearing/runtime/access";
import { bind } from "@clearing/runtime/binding";
import { recordStaffRead } from "@clearing/runtime/staff-read";
import { readBooking } from "@clearing/store/booking";

/** The amount that pays a booking off today, for its payer and for staff who handle money. */
export const payoffBinding = bind(getPayoff, async ({ params }, context) => {
  const booking = await readBooking(context.deps.store, params.id);
  if (booking === null || !sightFor(callerIn(context), booking)?.money) return { refused: "not_found" };
  const unrecorded = await recordStaffRead(context, [booking], "read_payoff");
  if (unrecorded !== null) return unrecorded;
  const refused = refusePayoff(booking);
  if (refused?.reason === "invalid_transition") {
    return { refused: refused.reason, detail: paymentBars[refused.because] };
  }
  if (refused !== null) return { refused: refused.reason };
  const today = dateIn(booking.terms.timeZone, context.now);
  return { status: 200, body: payoffView(payoffOn(booking, today), booking.currency) };
});
