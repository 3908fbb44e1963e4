import { addPlaces, removePlaces } from "@clearing/commands/capacity";
import { editCohort, planCohort } from "@clearing/commands/edit-cohort";
import * as routes from "@clearing/contracts/routes/cohorts";
import { bookingView } from "@clearing/contracts/views/booking";
import { adminCohortView } from "@clearing/contracts/views/cohort";
import { isOnRoster, rosterStatuses } from "@clearing/domain/booking";
import type { CohortFile } from "@clearing/domain/cohort";
import type { Instant } from "@clearing/domain/time";
import { callerIn, personOf } from "@clearing/runtime/access";
import type { Answer } from "@clearing/runtime/api";
import { bind } from "@clearing/runtime/binding";
import { command } from "@clearing/runtime/command";
import { recordStaffRead } from "@clearing/runtime/staff-read";
import { listFiles } from "@clearing/store/booking-file";
import { bookingsOfCohort } from "@clearing/store/booking-lists";
import { readCohortItem } from "@clearing/store/cohort";

const view = (after: CohortFile, { now }: { now: Instant }) => adminCohortView(after, now);

export const cohortBindings = [
  command(routes.createCohort, {
    as: ["admin"],
    action: "create_cohort",
    status: 201,
    view,
    run: ({ body }, { deps, occasion, answer }) => planCohort(deps, body, occasion, answer),
    refusals: {
      unknown_program: {
        refused: "validation_failed",
        errors: [{ path: "programId", message: "Must be the id of an existing program" }],
      },
    },
  }),

  command(routes.patchCohort, {
    as: ["admin"],
    action: "change_cohort",
    status: 200,
    view,
    run: ({ params, body }, { deps, occasion, answer }) => editCohort(deps.store, params.id, body, occasion, answer),
    refusals: {},
  }),

  command(routes.addPlaces, {
    as: ["admin"],
    action: "add_places",
    status: 201,
    view,
    run: ({ params, body }, { deps, occasion, answer }) => {
      const newIds = Array.from({ length: body.count }, () => deps.ids.next("plc"));
      return addPlaces(deps.store, params.id, { type: body.type, newIds }, occasion, answer);
    },
    refusals: {},
  }),

  command(routes.removePlaces, {
    as: ["admin"],
    action: "remove_places",
    status: 200,
    view,
    run: ({ params, query }, { deps, occasion, answer }) =>
      removePlaces(deps.store, params.id, query, occasion, answer),
    refusals: {},
  }),

  bind(routes.getRoster, async ({ params, query }, context): Promise<Answer> => {
    const { store } = context.deps;
    if ((await readCohortItem(store, params.id)) === null) return { refused: "not_found" };
    const list = { ...bookingsOfCohort(params.id, rosterStatuses), ...query };
    const { items, nextCursor } = await listFiles(store, list, ({ booking }) => isOnRoster(booking));
    const read = items.map(({ booking }) => booking);
    const unrecorded = await recordStaffRead(context, read, "read_roster");
    if (unrecorded !== null) return unrecorded;
    const viewer = personOf(callerIn(context));
    const views = items.map(({ booking, clearance }) => bookingView(booking, clearance, context.now, viewer));
    return { status: 200, body: { items: views, nextCursor } };
  }),
];
