import { getReceipts } from "@clearing/contracts/routes/receipts";
import { balance, receiptsOf } from "@clearing/domain/booking";
import { callerIn, sightFor } from "@clearing/runtime/access";
import { bind } from "@clearing/runtime/binding";
import { recordStaffRead } from "@clearing/runtime/staff-read";
import { readMoneyOf } from "@clearing/store/money-of-booking";

/** Only the payer and staff get receipts: a participant who does not pay sees no money. */
export const receiptsBinding = bind(getReceipts, async ({ params }, context) => {
  const { store } = context.deps;
  const found = await readMoneyOf(store, params.id);
  if (found === null || !sightFor(callerIn(context), found.booking)?.money) return { refused: "not_found" };
  const { booking, charges, refunds } = found;
  const unrecorded = await recordStaffRead(context, [booking], "read_receipts");
  if (unrecorded !== null) return unrecorded;
  const { currency, total, financeCharge, paid, refunded } = booking;
  const statement = { total, financeCharge, paid, refunded, balance: balance(booking) };
  return { status: 200, body: { currency, items: receiptsOf(booking, charges, refunds), statement } };
});
