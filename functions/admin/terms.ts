import { renewTerms } from "@clearing/commands/edit-cohort";
import * as routes from "@clearing/contracts/routes/terms";
import { termsView } from "@clearing/contracts/views/terms";
import type { Answer } from "@clearing/runtime/api";
import { bind } from "@clearing/runtime/binding";
import { command } from "@clearing/runtime/command";
import { readCohortItem } from "@clearing/store/cohort";
import { readProgram } from "@clearing/store/program";

export const termsBindings = [
  bind(routes.getTerms, async ({ params }, { deps: { store } }): Promise<Answer> => {
    const cohort = await readCohortItem(store, params.id);
    const program = cohort && (await readProgram(store, cohort.programId));
    if (cohort === null || program === null) return { refused: "not_found" };
    return { status: 200, body: termsView({ cohort, program }) };
  }),

  command(routes.takeTerms, {
    as: ["admin"],
    action: "take_terms",
    status: 200,
    view: termsView,
    run: ({ params, body }, { deps, occasion, answer }) =>
      renewTerms(deps.store, params.id, body.version, occasion, answer),
    refusals: {
      program_changed: ({ detail }) => ({ refused: "conflict", detail, retryAfter: null }),
    },
  }),
];
