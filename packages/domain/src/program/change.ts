import type { DomainEvent } from "../event/index.ts";
import {
  defaultPublicLabel,
  mayBecome,
  mayChangeCurrency,
  type Problem,
  type Program,
  type ProgramContent,
  type ProgramStatus,
  programProblems,
  settlementProblem,
} from "./program.ts";

type Invalid = { ok: false; reason: "validation_failed"; errors: Problem[] };

/** The content of a new program. The default public label is the program's length. */
export type NewProgram = Omit<ProgramContent, "publicLabel"> & { publicLabel?: string | undefined };

/**
 * The draft of a program. Refuses inconsistent content (`validation_failed`, with the path of each field). `settled`:
 * the currencies that the Stripe account settles.
 */
export function draftProgram(
  content: NewProgram,
  id: string,
  settled: readonly string[],
): { ok: true; program: Program } | Invalid {
  const publicLabel = content.publicLabel ?? defaultPublicLabel(content.days);
  const program: Program = { ...content, publicLabel, id, version: 1, auditHash: "", status: "draft" };
  const errors = problemsOf(program, settled);
  return errors.length > 0 ? { ok: false, reason: "validation_failed", errors } : { ok: true, program };
}

/** An admin's changes to a program; undefined fields stay. */
export type ProgramEdit = { [Field in keyof ProgramContent]?: ProgramContent[Field] | undefined } & {
  status?: ProgramStatus | undefined;
};

export type EditedProgram =
  | { ok: true; program: Program; events: DomainEvent[] }
  | Invalid
  | { ok: false; reason: "invalid_transition"; detail: string };

/**
 * Applies an admin's changes to a program, with the event of its publication. An empty edit keeps the version. Refuses
 * `invalid_transition` and `validation_failed`.
 */
export function editProgram(before: Program, edit: ProgramEdit, settled: readonly string[]): EditedProgram {
  const { status = before.status } = edit;
  if (!mayBecome(before.status, status)) {
    const detail = `A program cannot change from ${before.status} to ${status}.`;
    return { ok: false, reason: "invalid_transition", detail };
  }
  if (Object.keys(edit).length === 0) return { ok: true, program: before, events: [] };
  const changes = Object.fromEntries(Object.entries(edit).filter(([, value]) => value !== undefined));
  const program: Program = { ...before, ...changes, version: before.version + 1 };
  const errors = [...currencyProblems(before, program), ...problemsOf(program, settled)];
  if (errors.length > 0) return { ok: false, reason: "validation_failed", errors };
  return { ok: true, program, events: publication(before, program) };
}

function problemsOf(program: Program, settled: readonly string[]): Problem[] {
  const unsettled = settlementProblem(program, settled);
  return [...(unsettled === null ? [] : [unsettled]), ...programProblems(program)];
}

const currencyProblems = (before: Program, { currency }: Program): Problem[] =>
  currency === before.currency || mayChangeCurrency(before)
    ? []
    : [{ path: "currency", message: `Must stay ${before.currency}: the program was published in that currency` }];

function publication(before: Program, { id, version, status }: Program): DomainEvent[] {
  if (before.status === status || status !== "published") return [];
  return [{ name: "ProgramPublished", subject: { type: "program", id, version }, data: { programId: id, status } }];
}
