import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bookingStatuses } from "@clearing/domain/booking";
import { cohortStatuses } from "@clearing/domain/cohort";
import { type Expression, type PrivateIdentifier, parseSync, Visitor } from "oxc-parser";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

/** The most lines of a handler, from `bind(` or `command(` to its end, so that it fits on a screen. */
const longest = 30;

/** Fields that tell the kind of a result: they may be compared, since they are not data of a booking. */
const tags = new Set(["how", "kind", "outcome", "reason"]);

type Source = { path: string; text: string };

const sources: Source[] = globSync("functions/**/*.ts", {
  cwd: root,
  exclude: (path) => /(^|\/)node_modules$/.test(path),
})
  .filter((path) => !path.endsWith(".test.ts"))
  .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));

type Operand = Expression | PrivateIdentifier;

/** The name of an operand: of its variable or its property. */
function nameOf(node: Operand): string {
  if (node.type === "Identifier") return node.name;
  if (node.type === "ChainExpression") return nameOf(node.expression);
  if (node.type !== "MemberExpression" || node.computed) return "";
  return node.property.type === "Identifier" ? node.property.name : "";
}

/** Names of counters, lengths and limits, which are neither dates nor amounts. */
const counters = new Set(["calls", "found", "left", "length", "page", "pages", "size", "start"]);
const isCount = (node: Operand) => counters.has(nameOf(node)) || /^max[A-Z]|PerCall$/.test(nameOf(node));

const orders = new Set(["<", "<=", ">", ">="]);
const equalities = new Set(["==", "===", "!=", "!=="]);

/** Names of statuses, dates and amounts, as the domain calls them. */
const decides =
  /^(status|\w+Status|standing|participation|amount|paid|refunded|balance|price|total|deposit|today|now)$|[a-z](On|At|Until)$/;
const statuses = new Set<unknown>([...bookingStatuses, ...cohortStatuses]);

const isTag = (node: Operand) => tags.has(nameOf(node));
const isNothing = (node: Operand) => (node.type === "Literal" && node.value === null) || nameOf(node) === "undefined";
const isDecisive = (node: Operand) =>
  decides.test(nameOf(node)) || (node.type === "Literal" && statuses.has(node.value));

/** The comparisons that a function must leave to the domain, and the handlers that are too long. */
function strayDecisions({ path, text }: Source): string[] {
  const found: string[] = [];
  const lineOf = (offset: number) => text.slice(0, offset).split("\n").length;
  const report = ({ start, end }: { start: number; end: number }, what: string) =>
    found.push(`${path}:${lineOf(start)} ${what}: ${text.slice(start, end).split("\n")[0]}`);
  new Visitor({
    BinaryExpression(node) {
      const { operator, left, right } = node;
      if (orders.has(operator) && !isCount(left) && !isCount(right)) report(node, "orders");
      if (!equalities.has(operator) || [left, right].some((one) => isNothing(one) || isTag(one))) return;
      if (isDecisive(left) || isDecisive(right)) report(node, "compares");
    },
    SwitchStatement(node) {
      if (isTag(node.discriminant)) return;
      if (isDecisive(node.discriminant) || node.cases.some((one) => one.test && isDecisive(one.test)))
        report(node, "switches");
    },
    CallExpression(node) {
      const { callee } = node;
      const argument = node.arguments.find((one) => one.type !== "SpreadElement" && isDecisive(one));
      if (argument !== undefined && nameOf(callee) === "includes") report(node, "looks up");
      const lines = lineOf(node.end) - lineOf(node.start) + 1;
      const isHandler = nameOf(callee) === "bind" || nameOf(callee) === "command";
      if (isHandler && lines > longest) report(node, `takes ${lines} lines`);
    },
  }).visit(parseSync(path, text).program);
  return found;
}

describe("a function parses, calls and answers", () => {
  test("functions/ compares no date, amount or status, and each handler fits on a screen", () => {
    expect(sources.length).toBeGreaterThan(40);
    expect(sources.flatMap(strayDecisions)).toEqual([]);
  });

  const decisions = (text: string) => strayDecisions({ path: "functions/made-up.ts", text });

  test.each([
    "if (booking.holdExpiresAt <= now) refuse();",
    "const late = today > terms.startsOn;",
    "if (paid >= due.amount) settle();",
    "const owes = refund > 0;",
    'if (booking.status === "held") lapse();',
    'if ("confirmed" !== found) wait();',
    "const same = due?.status === wanted;",
    "const moved = cohort.startsOn !== startsOn;",
    "const paidUp = paid === total;",
    "switch (booking.status) { default: }",
    'switch (state) { case "awaiting_clearance": }',
    "const live = liveStatuses.includes(booking.status);",
    "const over = statuses.includes('cancelled');",
  ])("control: %s is detected", (text) => {
    expect(decisions(text)).toHaveLength(1);
  });

  test.each(["bind", "command"])("control: a %s of 31 lines is detected, one of 30 is allowed", (name) => {
    const handler = (lines: number) => `${name}(route, {${"\n".repeat(lines - 1)}});`;

    expect(decisions(handler(31))).toHaveLength(1);
    expect(decisions(handler(30))).toEqual([]);
  });

  test.each([
    "if (booking === null || result.reason === 'replayed') return notFound;",
    "const none = booking.holdExpiresAt === null;",
    "for (let page = 1; page < bounds; page++) read(page);",
    "if (items.length > 0 && bytes > bytesPerCall) send();",
    'if (caller.roles.includes("admin")) allow();',
    "switch (outcome.kind) { case 'unavailable': }",
  ])("control: %s is allowed", (text) => {
    expect(decisions(text)).toEqual([]);
  });
});
