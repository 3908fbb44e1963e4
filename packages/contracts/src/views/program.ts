import type { CreditRules } from "@clearing/domain/credit";
import { type CreditExample, creditExamples } from "@clearing/domain/plan";
import type { Program } from "@clearing/domain/program";
import type { Instant } from "@clearing/domain/time";

/** A program without what is kept of it for ourselves: its version and its place in the audit log. */
export function programView({ version: _version, auditHash: _auditHash, ...program }: Program) {
  return program;
}

/** A program as a public page shows it: what the law asks for stands beside the months and rates of its plans. */
export const publicProgramView = (program: Program, rules: CreditRules, now: Instant): PublicProgramView => ({
  ...programView(program),
  creditExamples: creditExamples(program, rules, now),
});

type PublicProgramView = ReturnType<typeof programView> & { creditExamples: CreditExample[] };
