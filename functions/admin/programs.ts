import { writeProgram } from "@clearing/commands/program";
import { createProgram, patchProgram } from "@clearing/contracts/routes/admin";
import type { DomainEvent } from "@clearing/domain/event";
import {
  defaultPublicLabel,
  mayBecome,
  mayChangeCurrency,
  type Program,
  programProblems,
  publicProgram,
  settlementProblem,
} from "@clearing/domain/program";
import { actorOf, callerIn } from "@clearing/runtime/access";
import { type Answer, bind, type RequestContext } from "@clearing/runtime/api";
import { recordOf } from "@clearing/runtime/record";
import { untilFresh } from "@clearing/store/commit";
import { keepAnswer } from "@clearing/store/idempotency";
import { readProgram } from "@clearing/store/program";

export const programBindings = [
  bind(createProgram, async ({ body }, context): Promise<Answer> => {
    const { deps, now } = context;
    const program: Program = {
      ...body,
      publicLabel: body.publicLabel ?? defaultPublicLabel(body.days),
      id: deps.ids.next("prog"),
      version: 1,
      auditHash: "",
      status: "draft",
    };
    const errors = [...unsettled(program, context), ...programProblems(program)];
    if (errors.length > 0) return { refused: "validation_failed", errors };
    const occasion = { actor: actorOf(callerIn(context), ["admin"]), action: "create_program", now };
    const answer = publicProgram(program);
    const written = await writeProgram(deps.store, null, program, [], occasion, recordOf(context, 201, answer));
    if (written.ok) return { status: 201, body: answer };
    return written.reason === "replayed" ? { replayed: true } : { refused: "conflict" };
  }),

  bind(patchProgram, async ({ params, body }, context): Promise<Answer> => {
    const { store } = context.deps;
    const occasion = { actor: actorOf(callerIn(context), ["admin"]), action: "change_program", now: context.now };
    type Patched = { ok: true; answer: Answer } | { ok: false; reason: "conflict" };
    const patched = await untilFresh<Patched>(store, async () => {
      const before = await readProgram(store, params.id);
      if (before === null) return { ok: true, answer: { refused: "not_found" } };
      const { status = before.status } = body;
      if (!mayBecome(before.status, status)) {
        const detail = `A program cannot go from ${before.status} to ${status}`;
        return { ok: true, answer: { refused: "invalid_transition", detail } };
      }
      if (Object.keys(body).length === 0) {
        const unchanged = publicProgram(before);
        const kept = await keepAnswer(store, store.tables.core, recordOf(context, 200, unchanged));
        if (kept.ok) return { ok: true, answer: { status: 200, body: unchanged } };
        return kept.reason === "replayed"
          ? { ok: true, answer: { replayed: true } }
          : { ok: false, reason: "conflict" };
      }
      const changes = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
      const after: Program = { ...before, ...changes, version: before.version + 1 };
      const errors = [...currencyErrors(before, after), ...unsettled(after, context), ...programProblems(after)];
      if (errors.length > 0) return { ok: true, answer: { refused: "validation_failed", errors } };
      const answer = publicProgram(after);
      const record = recordOf(context, 200, answer);
      const written = await writeProgram(store, before, after, events(before, after), occasion, record);
      if (written.ok) return { ok: true, answer: { status: 200, body: answer } };
      if (written.reason === "replayed") return { ok: true, answer: { replayed: true } };
      if (written.reason === "cohort_open") {
        const detail = "A cohort of this program is open; close it first";
        return { ok: true, answer: { refused: "invalid_transition", detail } };
      }
      return written.reason === "stale" ? { ok: false, reason: "stale" } : { ok: false, reason: "conflict" };
    });
    return patched.ok ? patched.answer : { refused: "conflict" };
  }),
];

function unsettled(program: Program, { deps }: RequestContext) {
  const problem = settlementProblem(program, deps.config.settlementCurrencies);
  return problem === null ? [] : [problem];
}

const currencyErrors = (before: Program, { currency }: Program) =>
  currency === before.currency || mayChangeCurrency(before)
    ? []
    : [{ path: "currency", message: `Stays ${before.currency}, in which this program was published` }];

function events(before: Program, { id, version, status }: Program): DomainEvent[] {
  if (before.status === status || status !== "published") return [];
  return [{ name: "ProgramPublished", subject: { type: "program", id, version }, data: { programId: id, status } }];
}
