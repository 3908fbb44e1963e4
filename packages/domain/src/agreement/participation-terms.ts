import type { Booking } from "../booking/index.ts";
import { policyDates } from "../plan/policy.ts";
import { dateIn } from "../time/index.ts";
import { escapeHtml, hashedPage, row } from "./document.ts";

type Agreed = Pick<Booking, "id" | "agreement" | "participant" | "terms" | "createdAt">;

/**
 * The agreement's terms without its prices, for a participant whom somebody else books and pays for: the same booking
 * makes the same document, with its SHA-256 and the version of the agreement that it goes with.
 */
export function participationDocument({ id, agreement, participant, terms, createdAt }: Agreed) {
  const merchant = escapeHtml(terms.merchant);
  const { startsOn, endsOn, timeZone, tiers } = terms;
  const fee = terms.administrationFee > 0 ? ", less an administration fee" : "";
  const dates = policyDates(tiers, startsOn, dateIn(timeZone, createdAt));
  const refunds = dates.map(({ until, refundPercent }) => row(`Until ${until}, inclusive`, `${refundPercent}%`));
  const page = hashedPage(
    `Taking part ${id}`,
    `<h1>Taking part</h1>
<p>Booking ${escapeHtml(id)}, version ${agreement.version}, for ${escapeHtml(participant.name)}, with ${merchant}.</p>
<p>${escapeHtml(terms.publicLabel)}, from ${startsOn} to ${endsOn}, ${escapeHtml(terms.venue)} (${escapeHtml(timeZone)}).</p>
<h2>Price and payments</h2>
<p>Somebody else has booked this place for you and pays for it. You owe nothing, and prices and payments are not shown to you.</p>
<h2>Admission</h2>
<p>The place is confirmed once the required evaluations have been completed favourably, at the latest on ${terms.clearanceDeadlineOn}. If they are not, everything that was paid is refunded to the person who paid. What you tell us for the evaluations is not shown to that person.</p>
<h2>Declining and cancelling</h2>
<p>If you decline, everything that was paid is refunded to the person who paid. If you take your acceptance back later, or that person cancels, this part is refunded to them${fee}:</p>
<table><tr><th>When it is cancelled</th><th>Refunded</th></tr>${refunds.join("")}${row(`From ${startsOn} on`, "0%")}</table>
<p>If we cancel, everything that was paid is refunded.</p>`,
  );
  return { version: agreement.version, ...page };
}
