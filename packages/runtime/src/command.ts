import { type ProblemCode, problems } from "@clearing/contracts/problem";
import type { Route } from "@clearing/contracts/route";
import type { Actor } from "@clearing/domain/audit";
import type { Person } from "@clearing/domain/booking";
import type { ActionContext } from "@clearing/store/action-context";
import type { IdempotencyRecord } from "@clearing/store/idempotency";
import { actorOf, callerIn, personOf } from "./access.ts";
import type { Answer, Refusal } from "./api.ts";
import { type Binding, bindAnswer, type RequestContext } from "./binding.ts";
import type { Caller } from "./caller.ts";
import type { Deps } from "./deps.ts";
import { recordOf } from "./record.ts";
import type { FieldError, InputOf } from "./route-input.ts";

/** The context of a command besides the route's input. */
export type CommandContext<Done, D extends Deps = Deps> = RequestContext<D> & {
  caller: Caller;
  person: Person;
  occasion: ActionContext;
  /** Makes the idempotency record of the answer; the command writes it in its transaction. */
  answer: (done: Done) => IdempotencyRecord | null;
};

/** A command's refusal: nothing was changed. Further fields explain the reason. */
type Refused = { ok: false; reason: string };
/** The fields of a refusal that its problem keeps. */
type Carried = { detail?: string; errors?: readonly FieldError[]; bookingId?: string };

/** The codes that a route can answer without a row in `refusals`: its own, and those of every command. */
type OwnCode<R extends Route> = Exclude<R["errors"][number] | "validation_failed" | "conflict", "limit_exceeded">;

type ReasonOf<Result> = Result extends { ok: false; reason: infer Reason extends string } ? Reason : never;
type RefusalBy<Result, Reason> = Result extends { ok: false; reason: infer Some }
  ? Reason extends Some
    ? Result & { reason: Reason }
    : never
  : never;

type Row<Result, Reason, Done, D extends Deps> =
  | Refusal
  | ((refusal: RefusalBy<Result, Reason>, context: CommandContext<Done, D>) => Refusal | Promise<Refusal>);

/**
 * A row for each reason that is not a code of the route. Rows for the route's own codes are optional; `replayed` needs
 * no row.
 */
type Rows<R extends Route, Result, Done, D extends Deps> = {
  [Reason in Exclude<ReasonOf<Result>, OwnCode<R> | "replayed">]: Row<Result, Reason, Done, D>;
} & {
  [Reason in Extract<ReasonOf<Result>, OwnCode<R>>]?: Row<Result, Reason, Done, D>;
};

type Command<R extends Route, D extends Deps, Done, Result> = {
  /** The roles in which the caller may act, by preference. The audit log names the first one that the caller has. */
  as: readonly Actor["role"][];
  /** The action's name in the audit log. */
  action: string | ((input: InputOf<R>) => string);
  status: 200 | 201;
  /** The answer's body. */
  view: (done: Done, context: Pick<CommandContext<Done, D>, "now" | "person">) => unknown;
  run: (input: InputOf<R>, context: CommandContext<Done, D>) => Promise<Result>;
  refusals: Rows<R, Result, Done, D>;
};

/**
 * Binds a route to one command: who acts, the action's name in the audit log, what to run, and the view of the result.
 * A refusal becomes a problem: a reason that is a code of the route directly, any other by its row in `refusals`. A
 * missing row does not compile.
 */
export function command<
  const R extends Route,
  Done,
  Result extends ({ ok: true } & Done) | Refused,
  D extends Deps = Deps,
>(route: R, { as, action, status, view, run, refusals }: Command<R, D, Done, Result>): Binding<D> {
  return bindAnswer<R, D>(route, async (input, request): Promise<Answer> => {
    const caller = callerIn(request);
    const person = personOf(caller);
    const name = typeof action === "string" ? action : action(input);
    const occasion = { actor: actorOf(caller, as), action: name, now: request.now };
    const bodyOf = (done: Done) => view(done, { now: request.now, person });
    const answer = (done: Done) => recordOf(request, status, bodyOf(done));
    const context = { ...request, caller, person, occasion, answer };
    const result: ({ ok: true } & Done) | Refused = await run(input, context);
    if (result.ok) return { status, body: bodyOf(result) };
    if (result.reason === "replayed") return { replayed: true };
    const row = (refusals as LooseRows<Done, D>)[result.reason];
    if (row === undefined) return problemOf(result, route);
    return typeof row === "function" ? row(result, context) : row;
  });
}

/** The rows by reason. The type of `refusals` guarantees a row for each. */
type LooseRows<Done, D extends Deps> = Readonly<
  Record<
    string,
    Refusal | ((refusal: Refused, context: CommandContext<Done, D>) => Refusal | Promise<Refusal>) | undefined
  >
>;

/** An invalid field of a route without a body was in its query. */
function problemOf({ reason, detail, errors, bookingId }: Refused & Carried, { body }: Route): Refusal {
  const refused = Object.keys(problems).find((code): code is PlainCode => code === reason);
  if (refused === undefined) throw new Error(`the API has no problem for the refusal "${reason}" of a command`);
  const part = body === undefined ? "query." : "";
  return {
    refused,
    ...(detail === undefined ? {} : { detail }),
    ...(bookingId === undefined ? {} : { bookingId }),
    ...(errors === undefined ? {} : { errors: errors.map((error) => ({ ...error, path: `${part}${error.path}` })) }),
  };
}

type PlainCode = Exclude<ProblemCode, "limit_exceeded">;
