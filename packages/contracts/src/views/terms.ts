import { type CohortFile, type CohortTerms, termsFor } from "@clearing/domain/cohort";
import { termsDifferences, withNoticeDays } from "@clearing/domain/program";

function versioned({ version, ...terms }: CohortTerms) {
  return { version, terms: withNoticeDays(terms) };
}

/** A cohort's terms, the terms that it would take from its program now, and their differences. */
export function termsView({ cohort, program }: Pick<CohortFile, "cohort" | "program">) {
  const own = cohort.terms && versioned(cohort.terms);
  const present = versioned(termsFor(cohort, program));
  const differences = own === null ? [] : termsDifferences(own.terms, present.terms);
  return { version: own?.version ?? null, terms: own?.terms ?? null, program: present, differences };
}
