import * as routes from "@clearing/contracts/routes/catalogue";
import { publicCohortView } from "@clearing/contracts/views/cohort";
import { publicProgramView } from "@clearing/contracts/views/program";
import { planView, quoteView } from "@clearing/contracts/views/quote";
import { isPublic, type OpenedCohort, type Place, publicStatuses } from "@clearing/domain/cohort";
import { comparePlans, quote } from "@clearing/domain/plan";
import { isPublished } from "@clearing/domain/program";
import type { Answer } from "@clearing/runtime/api";
import { bind } from "@clearing/runtime/binding";
import { type CohortWithPlaces, listCohorts, readCohort } from "@clearing/store/cohort";
import { listPrograms, readProgram } from "@clearing/store/program";
import { putQuote, readQuote } from "@clearing/store/quote";
import type { Store } from "@clearing/store/store";

const notFound: Answer = { refused: "not_found" };

type Opened = { cohort: OpenedCohort; places: Place[] };

function opened(found: CohortWithPlaces | null): Opened | null {
  if (found === null) return null;
  const { cohort, places } = found;
  return isPublic(cohort) ? { cohort, places } : null;
}

const publicCohort = async (store: Store, id: string): Promise<Opened | null> => opened(await readCohort(store, id));

export const catalogueBindings = [
  bind(routes.listPrograms, async ({ query }, { deps, now }) => {
    const { items, nextCursor } = await listPrograms(deps.store, "published", query);
    const shown = items.map((program) => publicProgramView(program, deps.config.creditRules, now));
    return { status: 200, body: { items: shown, nextCursor } };
  }),

  bind(routes.getProgram, async ({ params }, { deps, now }) => {
    const program = await readProgram(deps.store, params.id);
    if (program === null || !isPublished(program)) return notFound;
    return { status: 200, body: publicProgramView(program, deps.config.creditRules, now) };
  }),

  bind(routes.listCohorts, async ({ query }, { deps, now }) => {
    const { programId, from, status, limit, cursor } = query;
    const which = { programId, statuses: publicStatuses(status) };
    const { items, nextCursor } = await listCohorts(deps.store, which, { from, limit, cursor });
    const shown = items.flatMap((one) => {
      const found = opened(one);
      return found === null ? [] : [publicCohortView(found.cohort, found.places, now)];
    });
    return { status: 200, body: { items: shown, nextCursor } };
  }),

  bind(routes.getCohort, async ({ params }, { deps, now }) => {
    const found = await publicCohort(deps.store, params.id);
    return found === null ? notFound : { status: 200, body: publicCohortView(found.cohort, found.places, now) };
  }),

  bind(routes.comparePlans, async ({ params, query }, { deps, now }) => {
    const found = await publicCohort(deps.store, params.id);
    if (found === null) return notFound;
    const { cohort } = found;
    if (!cohort.places.some(({ type }) => type === query.placeType)) {
      const errors = [{ path: "query.placeType", message: "Must be a place type of this cohort" }];
      return { refused: "validation_failed", errors };
    }
    const items = comparePlans(cohort, query.placeType, deps.config.creditRules, now).map(planView);
    return { status: 200, body: { items, currency: cohort.terms.currency } };
  }),

  bind(routes.createQuote, async ({ body }, { deps, now }) => {
    if (body.discountCode !== undefined) {
      const errors = [{ path: "discountCode", message: "Must be left out: there are no discounts yet" }];
      return { refused: "validation_failed", errors };
    }
    const found = await publicCohort(deps.store, body.cohortId);
    if (found === null) return notFound;
    const { placeType, plan, addOns } = body;
    const { merchantName: merchant, creditRules } = deps.config;
    const request = { id: deps.ids.next("quo"), merchant, creditRules, placeType, plan, addOns };
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
    return found === null ? notFound : { status: 200, body: quoteView(found) };
  }),
];
