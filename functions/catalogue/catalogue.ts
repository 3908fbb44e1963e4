import * as routes from "@clearing/contracts/routes/catalogue";
import { cohortStatuses } from "@clearing/domain/cohort";
import { comparePlans, type Quote, quote } from "@clearing/domain/plan";
import { type Program, publicProgram } from "@clearing/domain/program";
import { type Answer, bind } from "@clearing/runtime/api";
import { cohortView } from "@clearing/runtime/cohort-view";
import { type CohortWithPlaces, listCohorts, readCohort } from "@clearing/store/cohort";
import { listPrograms, readProgram } from "@clearing/store/program";
import { putQuote, readQuote } from "@clearing/store/quote";
import type { Store } from "@clearing/store/store";

const notFound: Answer = { refused: "not_found" };

/** A cohort that the public may see: its program is published (or was), and it is no draft. */
async function publicCohort(store: Store, id: string): Promise<(CohortWithPlaces & { program: Program }) | null> {
  const found = await readCohort(store, id);
  if (found === null || found.cohort.status === "draft") return null;
  const program = await readProgram(store, found.cohort.programId);
  return program === null || program.status === "draft" ? null : { ...found, program };
}

/** A quote's instant is `validUntil` in the table, whose own `expiresAt` is the time to live. */
const quoteView = ({ validUntil, removedAt: _removedAt, programId: _programId, terms: _terms, ...rest }: Quote) => ({
  ...rest,
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
    const ids = [...new Set(items.map(({ cohort }) => cohort.programId))];
    const programs = await Promise.all(ids.map((id) => readProgram(deps.store, id)));
    const currencies = new Map(
      programs.flatMap((one) => (one === null || one.status === "draft" ? [] : [[one.id, one.currency] as const])),
    );
    const shown = items.flatMap((one) => {
      const currency = currencies.get(one.cohort.programId);
      return currency === undefined ? [] : [cohortView(one, currency, now)];
    });
    return { status: 200, body: { items: shown, nextCursor } };
  }),

  bind(routes.getCohort, async ({ params }, { deps, now }) => {
    const found = await publicCohort(deps.store, params.id);
    return found === null ? notFound : { status: 200, body: cohortView(found, found.program.currency, now) };
  }),

  bind(routes.comparePlans, async ({ params, query }, { deps, now }) => {
    const found = await publicCohort(deps.store, params.id);
    if (found === null) return notFound;
    const { program, cohort } = found;
    if (!cohort.places.some(({ type }) => type === query.placeType)) {
      const errors = [{ path: "query.placeType", message: "This cohort has no such place type" }];
      return { refused: "validation_failed", errors };
    }
    const items = comparePlans(program, cohort, query.placeType, now);
    return { status: 200, body: { items, currency: program.currency } };
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
    const offer = quote(found.program, found.cohort, request, now);
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
