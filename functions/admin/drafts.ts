import { getDraftCohort, listDraftCohorts } from "@clearing/contracts/routes/cohorts";
import { getDraftProgram, listDraftPrograms } from "@clearing/contracts/routes/programs";
import { adminCohortView } from "@clearing/contracts/views/cohort";
import { programView } from "@clearing/contracts/views/program";
import { isDraft } from "@clearing/domain/cohort";
import { isDraftProgram } from "@clearing/domain/program";
import type { Answer } from "@clearing/runtime/api";
import { bind } from "@clearing/runtime/binding";
import { listCohorts, readCohort } from "@clearing/store/cohort";
import { listPrograms, readProgram } from "@clearing/store/program";

const notFound: Answer = { refused: "not_found" };

/** Drafts that the public does not see: unpublished programs, and cohorts that were never opened. */
export const draftBindings = [
  bind(listDraftPrograms, async ({ query }, { deps }): Promise<Answer> => {
    const { items, nextCursor } = await listPrograms(deps.store, "draft", query);
    return { status: 200, body: { items: items.map(programView), nextCursor } };
  }),

  bind(getDraftProgram, async ({ params }, { deps }): Promise<Answer> => {
    const program = await readProgram(deps.store, params.id);
    return program !== null && isDraftProgram(program) ? { status: 200, body: programView(program) } : notFound;
  }),

  bind(listDraftCohorts, async ({ query }, { deps: { store }, now }): Promise<Answer> => {
    const { items, nextCursor } = await listCohorts(store, { statuses: ["draft"] }, query);
    const ids = [...new Set(items.map(({ cohort }) => cohort.programId))];
    const programs = new Map(await Promise.all(ids.map(async (id) => [id, await readProgram(store, id)] as const)));
    const views = items.flatMap((one) => {
      const program = programs.get(one.cohort.programId) ?? null;
      return program === null ? [] : [adminCohortView({ ...one, program }, now)];
    });
    return { status: 200, body: { items: views, nextCursor } };
  }),

  bind(getDraftCohort, async ({ params }, { deps: { store }, now }): Promise<Answer> => {
    const found = await readCohort(store, params.id);
    if (found === null || !isDraft(found.cohort)) return notFound;
    const program = await readProgram(store, found.cohort.programId);
    return program === null ? notFound : { status: 200, body: adminCohortView({ ...found, program }, now) };
  }),
];
