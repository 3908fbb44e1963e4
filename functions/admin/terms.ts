import { changeCohort } from "@clearing/commands/cohort";
import * as routes from "@clearing/contracts/routes/admin";
import { type Cohort, mayChange, takeTerms, termsFor, termsProblem } from "@clearing/domain/cohort";
import { type Program, type ProgramTerms, termsDifferences } from "@clearing/domain/program";
import { actorOf, callerIn } from "@clearing/runtime/access";
import { type Answer, bind } from "@clearing/runtime/api";
import { recordOf } from "@clearing/runtime/record";
import { readCohortItem } from "@clearing/store/cohort";
import { readProgram } from "@clearing/store/program";

type Versioned = { version: number; terms: ProgramTerms };

function versioned({ version, ...terms }: ProgramTerms & { version: number }): Versioned {
  return { version, terms };
}

/** What the cohort sells on, what it would sell on by its program of now, and where the two differ. */
function termsView(cohort: Cohort, program: Program) {
  const own = cohort.terms && versioned(cohort.terms);
  const present = versioned(termsFor(cohort, program));
  const differences = own === null ? [] : termsDifferences(own.terms, present.terms);
  return { version: own?.version ?? null, terms: own?.terms ?? null, program: present, differences };
}

export const termsBindings = [
  bind(routes.getTerms, async ({ params }, { deps: { store } }): Promise<Answer> => {
    const cohort = await readCohortItem(store, params.id);
    const program = cohort && (await readProgram(store, cohort.programId));
    if (cohort === null || program === null) return { refused: "not_found" };
    return { status: 200, body: termsView(cohort, program) };
  }),

  bind(routes.takeTerms, async ({ params, body }, context): Promise<Answer> => {
    const { deps, now } = context;
    const refused: { detail?: string } = {};
    const answered: { body?: unknown } = {};
    const taken = await changeCohort(
      deps.store,
      params.id,
      ({ cohort, program }) => {
        if (cohort.terms === null || !mayChange(cohort, now)) return { ok: false, reason: "invalid_transition" };
        if (program.version !== body.version) {
          refused.detail = `The program is at version ${program.version} by now; read its terms again`;
          return { ok: false, reason: "other_version" };
        }
        const next = takeTerms(cohort, program);
        const problem = termsProblem(next, now);
        if (problem === null) return { ok: true, cohort: next };
        refused.detail = problem;
        return { ok: false, reason: "validation_failed" };
      },
      { actor: actorOf(callerIn(context), ["admin"]), action: "take_terms", now },
      ({ cohort, program }) => {
        answered.body = termsView(cohort, program);
        return recordOf(context, 200, answered.body);
      },
    );
    if (taken.ok) return { status: 200, ...answered };
    const { detail = "" } = refused;
    switch (taken.reason) {
      case "validation_failed":
        return { refused: "validation_failed", errors: [{ path: "version", message: detail }] };
      case "other_version":
        return { refused: "conflict", detail };
      case "replayed":
        return { replayed: true };
      case "not_published":
        return { refused: "invalid_transition" };
      default:
        return { refused: taken.reason };
    }
  }),
];
