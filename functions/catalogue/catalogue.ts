import * as routes from "@clearing/contracts/routes/catalogue";
import { type CohortTerms, cohortStatuses } from "@clearing/domain/cohort";
import { comparePlans, type Quote, quote, type ScheduledDue } from "@clearing/domain/plan";
import { publicProgram } from "@clearing/domain/program";
import { type Answer, bind } from "@clearing/runtime/api";
import { cohortView } from "@clearing/runtime/cohort-view";
import { type CohortWithPlaces, listCohorts, readCohort } from "@clearing/store/cohort";
import { listPrograms, readProgram } from "@clearing/store/program";
import { putQuote, readQuote } from "@clearing/store/quote";
import type { Store } from "@clearing/store/store";

const notFound: Answer = { refused: "not_found" };

type Opened = CohortWithPlaces & { terms: CohortTerms };

/** The public sees cohorts that were opened: they have terms, and their program was published when they took them. */
function opened(found: CohortWithPlaces | null): Opened | null {
  const terms = found?.cohort.terms ?? null;
  return found === null || terms === null ? null : { ...found, terms };
}

const publicCohort = async (store: Store, id: string): Promise<Opened | null> => opened(await readCohort(store, id));

/** A due of a schedule as the public sees it. */
const dueView = ({ sequence, kind, dueOn, amount }: ScheduledDue) => ({ sequence, kind, dueOn, amount });

/** A quote's instant is `validUntil` in the table, whose own `expiresAt` is the time to live. */
const quoteView = ({ validUntil, removedAt: _removedAt, programId: _programId, terms, schedule, ...rest }: Quote) => ({
  ...rest,
  schedule: schedule.map(dueView),
  termsVersion: terms.termsVersion,
  expiresAt: validUntil,
});

export const catalogueBindings = [
  bind(routes.listPrograms, async ({ query }, { deps }) => {
    const { items, nextCursor } = await listPrograms(deps.store, "published", query);
    return { status: 200, body: { items: items.map(publicProgram), nextCursor } };
  }),

  bind(routes.getProgram, async ({ params }, { deps }) => {
    const program = await readProgram(deps.store, params.id);
    return program?.status === "published" ? { status: 200, body: publicProgram(program) } : notFound;
  }),

  bind(routes.listCohorts, async ({ query }, { deps, now }) => {
    const { programId, from, status, limit, cursor } = query;
    const shownStatuses = cohortStatuses.filter((one) => one !== "draft" && (status === undefined || one === status));
    const which = { programId, statuses: shownStatuses };
    const { items, nextCursor } = await listCohorts(deps.store, which, { from, limit, cursor });
    const shown = items.flatMap((one) => {
      const found = opened(one);
      return found === null ? [] : [cohortView(found, found.terms.currency, now)];
    });
    return { status: 200, body: { items: shown, nextCursor } };
  }),

  bind(routes.getCohort, async ({ params }, { deps, now }) => {
    const found = await publicCohort(deps.store, params.id);
    return found === null ? notFound : { status: 200, body: cohortView(found, found.terms.currency, now) };
  }),

  bind(routes.comparePlans, async ({ params, query }, { deps, now }) => {
    const found = await publicCohort(deps.store, params.id);
    if (found === null) return notFound;
    const { cohort, terms } = found;
    if (!cohort.places.some(({ type }) => type === query.placeType)) {
      const errors = [{ path: "query.placeType", message: "This cohort has no such place type" }];
      return { refused: "validation_failed", errors };
    }
    const items = comparePlans(cohort, query.placeType, now).map((plan) =>
      plan.available ? { ...plan, schedule: plan.schedule.map(dueView) } : plan,
    );
    return { status: 200, body: { items, currency: terms.currency } };
  }),

  bind(routes.createQuote, async ({ body }, { deps, now }) => {
    if (body.discountCode !== undefined) {
      const errors = [{ path: "discountCode", message: "There is no such discount code" }];
      return { refused: "validation_failed", errors };
    }
    const found = await publicCohort(deps.store, body.cohortId);
    if (found === null) return notFound;
    const { placeType, plan, addOns } = body;
    const request = { id: deps.ids.next("quo"), merchant: deps.config.merchantName, placeType, plan, addOns };
    const offer = quote(found.cohort, request, now);
    if (!offer.ok) {
      const { reason: refused, path = "body", detail } = offer;
      return refused === "validation_failed" ? { refused, errors: [{ path, message: detail }] } : { refused, detail };
    }
    await putQuote(deps.store, offer.quote);
    return { status: 201, body: quoteView(offer.quote) };
  }),

  bind(routes.getQuote, async ({ params }, { deps, now }) => {
    const found = await readQuote(deps.store, params.id, now);
    if (found === null) return notFound;
    const { usedBy: _usedBy, ...offer } = found;
    return { status: 200, body: quoteView(offer) };
  }),
];
