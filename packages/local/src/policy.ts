import { TemplateError } from "./resource.ts";

/** A policy statement as CloudFormation writes it, with resolved intrinsics. */
export type Statement = {
  Effect: "Allow" | "Deny";
  Action?: string | string[];
  Resource?: string | string[];
  Principal?: unknown;
  Condition?: Record<string, Record<string, string | string[]>>;
};

/** The values of condition keys in one request, such as `dynamodb:LeadingKeys`. */
export type RequestContext = Record<string, readonly string[]>;

/** Whether a role may do `action` on `resource`: an explicit denial wins, and nothing is allowed by default. */
export type Policy = (action: string, resource: string, context?: RequestContext) => boolean;

const list = (value: string | string[] | undefined): readonly string[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

const glob = (pattern: string, flags = "") =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
    `s${flags}`,
  );

const operators: Record<string, (actual: string, wanted: string) => boolean> = {
  StringEquals: (actual, wanted) => actual === wanted,
  StringLike: (actual, wanted) => glob(wanted).test(actual),
  ArnEquals: (actual, wanted) => glob(wanted).test(actual),
  Bool: (actual, wanted) => actual === wanted,
};

/** Compiles statements. Matches of action and resource are cached, so that only conditions are evaluated per call. */
export function compilePolicy(statements: readonly Statement[]): Policy {
  const compiled = statements.map((statement) => ({
    denies: statement.Effect === "Deny",
    actions: list(statement.Action).map((pattern) => glob(pattern, "i")),
    resources: list(statement.Resource).map((pattern) => glob(pattern)),
    conditions: conditionsOf(statement),
  }));
  const applicable = new Map<string, typeof compiled>();
  return (action, resource, context = {}) => {
    const key = `${action} ${resource}`;
    let relevant = applicable.get(key);
    if (!relevant) {
      relevant = compiled.filter(
        (statement) =>
          statement.actions.some((pattern) => pattern.test(action)) &&
          (statement.resources.length === 0 || statement.resources.some((pattern) => pattern.test(resource))),
      );
      applicable.set(key, relevant);
    }
    let allowed = false;
    for (const statement of relevant) {
      if (!statement.conditions.every((holds) => holds(context))) continue;
      if (statement.denies) return false;
      allowed = true;
    }
    return allowed;
  };
}

function conditionsOf(statement: Statement): ((context: RequestContext) => boolean)[] {
  return Object.entries(statement.Condition ?? {}).flatMap(([name, tests]) => {
    const [, quantifier, operator] = /^(?:(ForAllValues):)?(.*)$/.exec(name) ?? [];
    const matches = operators[operator ?? ""];
    if (!matches)
      throw new TemplateError(`the condition operator ${name} of an IAM policy is not supported by the local stack`);
    return Object.entries(tests).map(([key, wanted]) => (context: RequestContext) => {
      const actual = context[key] ?? (key === "aws:SecureTransport" ? ["true"] : []);
      const holds = (value: string) => list(wanted).some((pattern) => matches(value, String(pattern)));
      return quantifier === "ForAllValues" ? actual.every(holds) : actual.some(holds);
    });
  });
}
