import { addPlaces, type CapacityResult, removePlaces } from "@clearing/commands/capacity";
import { type CohortState, changeCohort, createCohort } from "@clearing/commands/cohort";
import * as routes from "@clearing/contracts/routes/admin";
import type { BookingStatus } from "@clearing/domain/booking";
import {
  type Cohort,
  clearanceDeadline,
  isFree,
  mayBecome,
  mayChange,
  mostPlaces,
  mostYearsAhead,
  moveDates,
  newPlace,
  refuseDates,
  takeTerms,
} from "@clearing/domain/cohort";
import { chargeProblem } from "@clearing/domain/money";
import { depositProblem, type Program, priceProblem } from "@clearing/domain/program";
import { actorOf, callerIn } from "@clearing/runtime/access";
import { type Answer, bind, type RequestContext } from "@clearing/runtime/api";
import { bookingView } from "@clearing/runtime/booking-view";
import { cohortView } from "@clearing/runtime/cohort-view";
import { recordOf } from "@clearing/runtime/record";
import { recordStaffRead } from "@clearing/runtime/staff-read";
import { listFiles } from "@clearing/store/booking-file";
import { bookingsOfCohort } from "@clearing/store/booking-lists";
import { readCohortItem } from "@clearing/store/cohort";
import { readProgram } from "@clearing/store/program";
import { adminCohortView } from "./view.ts";

/** Who takes part, may still, or did. */
const onRoster: readonly BookingStatus[] = ["held", "awaiting_clearance", "confirmed", "completed"];

type FieldError = { path: string; message: string };
const invalid = (...errors: FieldError[]): Answer => ({ refused: "validation_failed", errors });

const occasionOf = (context: RequestContext, action: string) => ({
  actor: actorOf(callerIn(context), ["admin"]),
  action,
  now: context.now,
});

function dateErrors({ days }: { days: number }, cohort: Cohort, now: string): FieldError[] {
  const refusal = refuseDates(cohort, days, now);
  switch (refusal) {
    case null:
      return [];
    case "wrong_length":
      return [{ path: "endsOn", message: `Must be ${days} days after the start, the first day counted` }];
    case "too_late":
      return [{ path: "startsOn", message: "The clearance deadline of these dates has passed; nothing could be sold" }];
    case "too_far":
      return [{ path: "startsOn", message: `Must be within ${mostYearsAhead} years` }];
  }
}

/** What opens sells: a cohort's own price may not fit the deposit that its program asks for by now. */
const priceErrors = ({ terms }: Cohort): FieldError[] => {
  const message = terms && priceProblem(terms);
  return message === null ? [] : [{ path: "status", message }];
};

/** The program that a cohort is a run of; null where there is no such cohort. */
async function programOf({ deps }: RequestContext, cohortId: string): Promise<Program | null> {
  const cohort = await readCohortItem(deps.store, cohortId);
  return cohort && readProgram(deps.store, cohort.programId);
}

/** The view of a cohort as it will be, kept by the transaction that makes it so. */
function answering(context: RequestContext, status: number) {
  const answered: { body?: unknown } = {};
  const record = (after: CohortState) => {
    answered.body = adminCohortView(after, context.now);
    return recordOf(context, status, answered.body);
  };
  return { record, answer: (): Answer => ({ status, ...answered }) };
}

export const cohortBindings = [
  bind(routes.createCohort, async ({ body }, context): Promise<Answer> => {
    const { deps, now } = context;
    const program = await readProgram(deps.store, body.programId);
    if (program === null) return invalid({ path: "programId", message: "There is no such program" });
    const errors = placeErrors(program, body.places);
    if (errors.length > 0) return invalid(...errors);

    const id = deps.ids.next("coh");
    const { startsOn, endsOn, timeZone, venue } = body;
    const priceOf = (type: string) => program.placeTypes.find((one) => one.type === type)?.price ?? 0;
    const cohort: Cohort = {
      id,
      version: 1,
      auditHash: "",
      programId: program.id,
      status: "draft",
      startsOn,
      endsOn,
      timeZone,
      venue,
      datesVersion: 1,
      places: body.places.map(({ type, count, price }) => ({
        type,
        price: price ?? priceOf(type),
        ownPrice: price !== undefined,
        capacity: count,
      })),
      terms: null,
      ...clearanceDeadline(body, program.screening.clearanceDeadlineDaysBefore),
      dueAt: null,
    };
    const wrong = dateErrors(program, cohort, now);
    if (wrong.length > 0) return invalid(...wrong);
    const places = body.places.flatMap(({ type, count }) =>
      Array.from({ length: count }, () => newPlace(cohort, { id: deps.ids.next("plc"), type })),
    );
    const answer = cohortView({ cohort, places }, program.currency, now);
    const occasion = occasionOf(context, "create_cohort");
    const created = await createCohort(deps.store, cohort, places, occasion, recordOf(context, 201, answer));
    if (created.ok) return { status: 201, body: answer };
    return created.reason === "replayed" ? { replayed: true } : { refused: "conflict" };
  }),

  bind(routes.patchCohort, async ({ params, body }, context): Promise<Answer> => {
    const { deps, now } = context;
    const { record, answer } = answering(context, 200);
    let errors: FieldError[] = [];
    const changed = await changeCohort(
      deps.store,
      params.id,
      ({ cohort, places, program }) => {
        const {
          status = cohort.status,
          startsOn = cohort.startsOn,
          endsOn = cohort.endsOn,
          timeZone = cohort.timeZone,
          venue = cohort.venue,
        } = body;
        if (!mayChange(cohort, now) || !mayBecome(cohort.status, status)) {
          return { ok: false, reason: "invalid_transition" };
        }
        const terms = cohort.terms ?? program;
        const { clearanceDeadlineDaysBefore } = terms.screening;
        const changed: Cohort = { ...cohort, status, venue };
        const dated = moveDates(changed, { startsOn, endsOn, timeZone }, clearanceDeadlineDaysBefore);
        const moved = dated.datesVersion !== cohort.datesVersion;
        const opensFirst = status === "open" && cohort.terms === null;
        const next = opensFirst ? takeTerms(dated, program) : dated;
        errors = [
          ...(moved || opensFirst ? dateErrors(terms, next, now) : []),
          ...(opensFirst ? priceErrors(next) : []),
        ];
        if (errors.length > 0) return { ok: false, reason: "validation_failed" };
        // The move of a cohort with bookings is not built yet: their agreements would have to be signed anew.
        if (moved && places.some((place) => !isFree(place, now))) {
          return { ok: false, reason: "places_in_use" };
        }
        return { ok: true, cohort: next };
      },
      occasionOf(context, "change_cohort"),
      record,
    );
    if (changed.ok) return answer();
    switch (changed.reason) {
      case "validation_failed":
        return invalid(...errors);
      case "not_published":
        return { refused: "invalid_transition", detail: "The program of this cohort is not published" };
      case "replayed":
        return { replayed: true };
      default:
        return { refused: changed.reason };
    }
  }),

  bind(routes.addPlaces, async ({ params, body }, context): Promise<Answer> => {
    const { deps } = context;
    const program = await programOf(context, params.id);
    if (program === null) return { refused: "not_found" };
    const newIds = Array.from({ length: body.count }, () => deps.ids.next("plc"));
    const { record, answer } = answering(context, 201);
    const occasion = occasionOf(context, "add_places");
    const added = await addPlaces(deps.store, params.id, { ...body, newIds }, occasion, (after) =>
      record({ ...after, program }),
    );
    return added.ok ? answer() : refuseCapacity(added, "");
  }),

  bind(routes.removePlaces, async ({ params, query }, context): Promise<Answer> => {
    const program = await programOf(context, params.id);
    if (program === null) return { refused: "not_found" };
    const { record, answer } = answering(context, 200);
    const occasion = occasionOf(context, "remove_places");
    const removed = await removePlaces(context.deps.store, params.id, query, occasion, (after) =>
      record({ ...after, program }),
    );
    return removed.ok ? answer() : refuseCapacity(removed, "query.");
  }),

  bind(routes.getRoster, async ({ params, query }, context): Promise<Answer> => {
    const { store } = context.deps;
    if ((await readCohortItem(store, params.id)) === null) return { refused: "not_found" };
    const { items, nextCursor } = await listFiles(
      store,
      { ...bookingsOfCohort(params.id, onRoster), ...query },
      ({ booking }) => onRoster.includes(booking.status),
    );
    const read = items.map(({ booking }) => booking);
    const unrecorded = await recordStaffRead(context, read, "read_roster");
    if (unrecorded !== null) return unrecorded;
    const views = items.map(({ booking, clearance }) =>
      bookingView(booking, clearance, context.now, callerIn(context)),
    );
    return { status: 200, body: { items: views, nextCursor } };
  }),
];

function placeErrors(
  program: Program,
  places: { type: string; count: number; price?: number | undefined }[],
): FieldError[] {
  const types = places.map(({ type }) => type);
  const total = places.reduce((sum, { count }) => sum + count, 0);
  return [
    ...types.flatMap((type, index) => {
      const path = `places.${index}.type`;
      if (!program.placeTypes.some((one) => one.type === type))
        return [{ path, message: "The program has no such place type" }];
      return types.indexOf(type) === index ? [] : [{ path, message: "This place type is there twice" }];
    }),
    ...places.flatMap(({ price }, index) => {
      if (price === undefined) return [];
      const { currency, deposit } = program;
      const message = chargeProblem(price, currency) ?? depositProblem(deposit, price, currency);
      return message === null ? [] : [{ path: `places.${index}.price`, message }];
    }),
    ...(total > mostPlaces ? [{ path: "places", message: `A cohort has at most ${mostPlaces} places` }] : []),
  ];
}

function refuseCapacity(result: Extract<CapacityResult, { ok: false }>, part: string): Answer {
  switch (result.reason) {
    case "unknown_type":
      return invalid({ path: `${part}type`, message: "This cohort has no such place type" });
    case "too_many":
      return invalid({ path: `${part}count`, message: `A cohort has at most ${mostPlaces} places` });
    case "replayed":
      return { replayed: true };
    case "not_found":
    case "invalid_transition":
    case "conflict":
      return { refused: result.reason };
    case "places_in_use":
      return { refused: "places_in_use", detail: `Of ${result.capacity} places of this type ${result.free} are free` };
  }
}
