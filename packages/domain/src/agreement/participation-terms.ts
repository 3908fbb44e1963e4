import { html } from "hono/html";
import type { Booking } from "../booking/index.ts";
import { policyDates } from "../plan/policy.ts";
import { dateIn } from "../time/index.ts";
import { type Block, block, pageOf, row } from "./document.ts";

type Agreed = Pick<Booking, "id" | "agreement" | "participant" | "terms" | "createdAt">;

/**
 * The agreement's terms without its prices, for a participant whom somebody else books and pays for: the same booking
 * makes the same document, with its hash and the version of the agreement that it goes with.
 */
export function participationDocument(booking: Agreed) {
  const sections = [heading, price, admission, endings];
  const page = pageOf(
    `Taking part ${booking.id}`,
    sections.map((section) => section(booking)),
  );
  return { version: booking.agreement.version, ...page };
}

const heading = ({ id, agreement, participant, terms }: Agreed): Block =>
  block(
    "heading",
    1,
    html`<h1>Taking part</h1>
<p>Booking ${id}, version ${agreement.version}, for ${participant.name}, with ${terms.merchant}.</p>
<p>${terms.publicLabel}, from ${terms.startsOn} to ${terms.endsOn}, ${terms.venue} (${terms.timeZone}).</p>`,
  );

const price = (): Block =>
  block(
    "price",
    1,
    html`<h2>Price and payments</h2>
<p>Somebody else has booked this place for you and pays for it. You owe nothing, and prices and payments are not shown to you.</p>`,
  );

const admission = ({ terms }: Agreed): Block =>
  block(
    "admission",
    1,
    html`<h2>Admission</h2>
<p>The place is confirmed once the required evaluations have been completed favourably, at the latest on ${terms.clearanceDeadlineOn}. If they are not, everything that was paid is refunded to the person who paid. What you tell us for the evaluations is not shown to that person.</p>`,
  );

function endings({ terms, createdAt }: Agreed): Block {
  const { startsOn, timeZone, tiers, administrationFee } = terms;
  const fee = administrationFee > 0 ? ", less an administration fee" : "";
  const dates = policyDates(tiers, startsOn, dateIn(timeZone, createdAt));
  const refunds = dates.map(({ until, refundPercent }) => row(`Until ${until}, inclusive`, `${refundPercent}%`));
  return block(
    "endings",
    1,
    html`<h2>Declining and cancelling</h2>
<p>If you decline, everything that was paid is refunded to the person who paid. If you take your acceptance back later, or that person cancels, this part is refunded to them${fee}:</p>
<table><tr><th>When it is cancelled</th><th>Refunded</th></tr>${refunds}${row(`From ${startsOn} on`, "0%")}</table>
<p>If we cancel, everything that was paid is refunded.</p>`,
  );
}
