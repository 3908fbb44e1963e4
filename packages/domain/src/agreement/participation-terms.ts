import { html } from "hono/html";
import type { Booking } from "../booking/index.ts";
import { policyDates, refundPeriods } from "../plan/policy.ts";
import { fill } from "../text/index.ts";
import { dateIn } from "../time/index.ts";
import { longDate } from "../time/long-date.ts";
import { type Block, block, pageOf, paragraphs, row, table } from "./document.ts";
import texts from "./texts/participation-terms.ts";
import { refundDates, zoneName } from "./wording.ts";

type Agreed = Pick<Booking, "id" | "agreement" | "participant" | "terms" | "createdAt">;

/**
 * The agreement's terms without prices, for a participant for whom somebody else books and pays. The same booking gives
 * the same document. Returns the page, its hash and the version of the agreement that it belongs to.
 */
export function participationDocument(booking: Agreed) {
  const sections = [heading, price, admission, endings];
  const page = pageOf(
    `${texts.heading.title} ${booking.id}`,
    sections.map((section) => section(booking)),
  );
  return { version: booking.agreement.version, ...page };
}

function heading({ id, agreement, participant, terms }: Agreed): Block {
  const { title, parties, program } = texts.heading;
  const { merchant, publicLabel, startsOn, endsOn, venue, timeZone } = terms;
  const { version } = agreement;
  return block(
    "heading",
    texts.version,
    html`<h1>${title}</h1>
${paragraphs([
  fill(parties, { bookingId: id, version, participant: participant.name, merchant }),
  fill(program, {
    ...{ program: publicLabel, startsOn: longDate(startsOn), endsOn: longDate(endsOn) },
    ...{ venue, timeZone: zoneName(timeZone, startsOn) },
  }),
])}`,
  );
}

const price = (): Block =>
  block(
    "price",
    texts.version,
    html`<h2>${texts.price.title}</h2>
${paragraphs([texts.price.paidBySomebodyElse])}`,
  );

function admission({ terms }: Agreed): Block {
  const { title, confirmation, confidential } = texts.admission;
  return block(
    "admission",
    texts.version,
    html`<h2>${title}</h2>
${paragraphs([fill(confirmation, { deadline: longDate(terms.clearanceDeadlineOn) }), confidential])}`,
  );
}

function endings({ terms, createdAt }: Agreed): Block {
  const { title, how, declined, refund, refundLessFee, noRefund, when, percentage, afterwards, sameTerms, byUs } =
    texts.endings;
  const { startsOn, timeZone, tiers, administrationFee } = terms;
  const { refunding, nothingFrom } = refundPeriods(policyDates(tiers, startsOn, dateIn(timeZone, createdAt)));
  const tierRows = refunding.map((tier) => row(refundDates(tier, texts.endings), `${tier.refundPercent}%`));
  const refunds =
    nothingFrom === null
      ? paragraphs([how, declined, noRefund])
      : html`${paragraphs([how, declined, administrationFee > 0 ? refundLessFee : refund])}
${table([when, percentage], [...tierRows, row(fill(afterwards, { date: longDate(nothingFrom) }), "0%")])}`;
  return block(
    "endings",
    texts.version,
    html`<h2>${title}</h2>
${refunds}
${paragraphs([sameTerms, byUs])}`,
  );
}
