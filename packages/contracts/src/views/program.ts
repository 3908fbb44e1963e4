import type { CreditRules } from "@clearing/domain/credit";
import { type CreditExample, creditExamples } from "@clearing/domain/plan";
import { type Program, withNoticeDays } from "@clearing/domain/program";
import type { Instant } from "@clearing/domain/time";

/** A program without its internal fields: version and audit hash. */
export function programView({ version: _version, auditHash: _auditHash, ...program }: Program) {
  return withNoticeDays(program);
}

/** A program on a public page, with the credit examples that the law requires if months or rates are shown. */
export const publicProgramView = (program: Program, rules: CreditRules, now: Instant): PublicProgramView => ({
  ...programView(program),
  creditExamples: creditExamples(program, rules, now),
});

type PublicProgramView = ReturnType<typeof programView> & { creditExamples: CreditExample[] };
