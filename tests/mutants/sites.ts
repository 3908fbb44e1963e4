import { parseSync } from "oxc-parser";
import { clausesOf, hole } from "./condition.ts";

export type Source = { path: string; text: string };

/**
 * One change of a source: `before` and `after` enclose the expression at [start, end), and do not change it while the
 * mutant is inactive. `text` is the part that the mutant removes, `within` the function around it.
 */
export type Mutant = {
  id: string;
  path: string;
  line: number;
  within: string;
  text: string;
  start: number;
  end: number;
  before: string;
  after: string;
};

type Node = { type: string; start: number; end: number; [field: string]: unknown };
type Visit = (node: Node, parents: readonly Node[]) => void;

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && "start" in value && "end" in value;

const childrenOf = (node: Node): Node[] => Object.values(node).flat().filter(isNode);

function walk(node: Node, visit: Visit, parents: readonly Node[] = []): void {
  visit(node, parents);
  for (const child of childrenOf(node)) walk(child, visit, [...parents, node]);
}

function parse({ path, text }: Source): Node {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0 || !isNode(program)) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`);
  return program;
}

/** DynamoDB expressions that select or change items, but refuse no write. */
const noConditions = /^(Key|Filter)ConditionExpression$|^(Filter|Update|Projection)Expression$/;

const nameOf = (node: unknown): string =>
  isNode(node) && typeof node.name === "string" ? node.name : isNode(node) ? String(node.value ?? "") : "";

/**
 * The mutants of some sources: each removes one clause of a write's condition, or one write of a transaction. A write
 * is recognized by its declared type, `Guarded`.
 */
export function mutantsOf(sources: readonly Source[]): Mutant[] {
  const trees = sources.map((source) => ({ source, tree: parse(source) }));
  const makers = makersIn(trees);
  return trees.flatMap(({ source, tree }) => mutantsIn(source, tree, makers));
}

type Makers = { writes: Set<string>; conditions: Set<string> };

/** The functions that return writes, by their declared type, and those that return a condition. */
function makersIn(trees: { source: Source; tree: Node }[]): Makers {
  const lists = ["Guarded"];
  const functions: { name: string; declared: string; body: Node }[] = [];
  for (const { source, tree } of trees) {
    const textOf = ({ start, end }: Node) => source.text.slice(start, end);
    walk(tree, (node, parents) => {
      if (node.type === "TSTypeAliasDeclaration" && isNode(node.typeAnnotation)) {
        if (textOf(node.typeAnnotation).startsWith("Guarded<")) lists.push(nameOf(node.id));
      }
      const name = isFunction(node) ? nameOf(node.id) || nameOf(parents.at(-1)?.id) : "";
      if (name === "" || !isNode(node.body)) return;
      functions.push({ name, declared: isNode(node.returnType) ? textOf(node.returnType) : "", body: node.body });
    });
  }
  const returnsWrites = new RegExp(`\\b(${lists.join("|")})\\b`);
  const writes = new Set(functions.filter(({ declared }) => returnsWrites.test(declared)).map(({ name }) => name));
  const conditions = new Set<string>();
  // One of them may call another.
  for (let known = -1; known < conditions.size; ) {
    known = conditions.size;
    for (const { name, body } of functions) if (givesCondition(body, conditions)) conditions.add(name);
  }
  return { writes, conditions };
}

const isFunction = ({ type }: Node): boolean =>
  type === "FunctionDeclaration" || type === "FunctionExpression" || type === "ArrowFunctionExpression";

/** Whether an arrow function's body is an object with a condition, a choice of them, or a call that returns one. */
function givesCondition(body: Node, known: Set<string>): boolean {
  if (body.type === "ConditionalExpression") return givesCondition(body.consequent as Node, known);
  if (body.type === "CallExpression") return known.has(nameOf(body.callee));
  return body.type === "ObjectExpression" && childrenOf(body).some(isCondition);
}

const isCondition = ({ type, key }: Node): boolean => type === "Property" && nameOf(key) === "ConditionExpression";

function mutantsIn(source: Source, tree: Node, makers: Makers): Mutant[] {
  const found: Mutant[] = [];
  const add = (node: Node, parents: readonly Node[], text: string, wrap: (id: string) => [string, string]) => {
    const within = functionAround(parents);
    const name = `${source.path.split("/").at(-1)} ${within}: ${text}`;
    const same = found.filter(({ id }) => id === name || id.startsWith(`${name} #`)).length;
    const id = same === 0 ? name : `${name} #${same + 1}`;
    const [before, after] = wrap(JSON.stringify(id));
    const line = source.text.slice(0, node.start).split("\n").length;
    found.push({ id, path: source.path, line, within, text, start: node.start, end: node.end, before, after });
  };

  walk(tree, (node, parents) => {
    if (isTextOfCondition(node, parents)) {
      for (const { taken, changed } of changesOf(source, node)) {
        add(node, parents, taken, (id) => [`(__mutant(${id}) ? ${changed} : `, ")"]);
      }
    }
    if (isCondition(node) && isNode(node.value) && isOpaque(node.value)) {
      const text = source.text.slice(node.value.start, node.value.end);
      const named = node.shorthand === true ? `${text}: ` : "";
      add(node.value, parents, text, (id) => [`${named}__always(${id}, `, ")"]);
    }
    if (node.type === "SpreadElement" && parents.at(-1)?.type === "ObjectExpression" && isNode(node.argument)) {
      const call = node.argument;
      if (call.type === "CallExpression" && makers.conditions.has(nameOf(call.callee))) {
        add(call, parents, source.text.slice(call.start, call.end), (id) => [`__anyway(${id}, `, ")"]);
      }
    }
    for (const element of isInListOfWrites(parents, makers) ? [] : writesIn(node, parents.at(-1), makers)) {
      const text = oneLine(source.text.slice(element.start, element.end));
      if (element.type === "SpreadElement" && isNode(element.argument)) {
        add(element.argument, [...parents, node], text, (id) => [`(__mutant(${id}) ? [] : `, ")"]);
      } else {
        add(element, [...parents, node], text, (id) => [`...(__mutant(${id}) ? [] : [`, "])"]);
      }
    }
  });
  return found;
}

const oneLine = (text: string): string => {
  const line = text.replace(/\s+/g, " ");
  return line.length > 90 ? `${line.slice(0, 87)}...` : line;
};

/** The writes of a transaction: the elements of a list of writes, and the writes that are pushed to one. */
function writesIn(node: Node, parent: Node | undefined, makers: Makers): Node[] {
  const elements = node.type === "ArrayExpression" ? childrenOf(node) : pushedBy(node);
  return isCommitted(node, parent) || elements.some((one) => makesWrites(one, makers)) ? elements : [];
}

/** Whether a list is the argument of `commit`. */
const isCommitted = (node: Node, parent: Node | undefined): boolean =>
  parent?.type === "CallExpression" && nameOf(parent.callee) === "commit" && node.type === "ArrayExpression";

const pushedBy = ({ type, callee, arguments: pushed }: Node): Node[] =>
  type === "CallExpression" && isNode(callee) && nameOf(callee.property) === "push" && Array.isArray(pushed)
    ? pushed.filter(isNode)
    : [];

/** Whether a list is an alternative within an element of another list. That whole element is removed. */
function isInListOfWrites(parents: readonly Node[], makers: Makers): boolean {
  const inFunction = parents.findLastIndex(isFunction) + 1;
  return parents
    .slice(inFunction)
    .some((one, index) => writesIn(one, parents[inFunction + index - 1], makers).length > 0);
}

/** Whether an element is a write or a list of writes: an object with `write`, or the result of a function above. */
function makesWrites(element: Node, makers: Makers): boolean {
  if (element.type === "ObjectExpression") return childrenOf(element).some(({ key }) => nameOf(key) === "write");
  if (element.type === "CallExpression" && makers.writes.has(nameOf(element.callee))) return true;
  return around.test(element.type) && childrenOf(element).some((child) => makesWrites(child, makers));
}

/** The expressions that may enclose a write in a list. */
const around =
  /^(SpreadElement|ConditionalExpression|AwaitExpression|ParenthesizedExpression|ArrayExpression|CallExpression|ArrowFunctionExpression)$/;

/** A condition from elsewhere: a variable, or a property. */
const isOpaque = ({ type }: Node): boolean => /^(Identifier|MemberExpression)$/.test(type);

const functionAround = (parents: readonly Node[]): string =>
  parents
    .toReversed()
    .map((one) => (one.type === "FunctionDeclaration" || one.type === "VariableDeclarator" ? nameOf(one.id) : ""))
    .find((name) => name !== "") ?? "";

/**
 * A complete text that may be a condition: not part of a longer text, a type, a module's name or another expression.
 */
function isTextOfCondition(node: Node, parents: readonly Node[]): boolean {
  const parent = parents.at(-1);
  if (!isText(node) || parent === undefined || isText(parent) || /^(TS|Import|Export)/.test(parent.type)) return false;
  return !parents.some((one) => one.type === "Property" && noConditions.test(nameOf(one.key)));
}

/** A string, a template, or both joined by `+`. */
function isText(node: Node): boolean {
  if (node.type === "Literal") return typeof node.value === "string";
  if (node.type === "TemplateLiteral") return true;
  return (
    node.type === "BinaryExpression" &&
    node.operator === "+" &&
    [node.left, node.right].every((one) => isNode(one) && isText(one))
  );
}

/** The characters of a text with their positions in the source. An interpolated value is one hole. */
type Character = { text: string; start: number; end: number };

function charactersOf(source: Source, node: Node): Character[] {
  if (node.type === "BinaryExpression") return childrenOf(node).flatMap((side) => charactersOf(source, side));
  const plain = (start: number, end: number): Character[] =>
    Array.from({ length: end - start }, (_, index) => ({
      text: source.text.charAt(start + index),
      start: start + index,
      end: start + index + 1,
    }));
  if (node.type === "Literal") return plain(node.start + 1, node.end - 1);
  const holes = (node.expressions as Node[]).map(({ start, end }) => ({
    text: hole,
    start: source.text.lastIndexOf("${", start),
    end: source.text.indexOf("}", end) + 1,
  }));
  const texts = [node.start + 1, ...holes.map(({ end }) => end)].map((start, index) =>
    plain(start, holes[index]?.start ?? node.end - 1),
  );
  return texts.flatMap((text, index) => [...text, ...holes.slice(index, index + 1)]);
}

/** The condition's text once per clause, in which that clause holds always or never. */
function changesOf(source: Source, node: Node): { taken: string; changed: string }[] {
  const characters = charactersOf(source, node);
  const clauses = clausesOf(characters.map(({ text }) => text).join("")) ?? [];
  return clauses.map(({ start, end, becomes, isOne }) => {
    const from = characters[start]?.start ?? node.start;
    const to = characters[end - 1]?.end ?? node.end;
    const clause = source.text.slice(from, to);
    const one = isOne ? clause : `(${clause})`;
    const instead = becomes === "always" ? `(${one} OR NOT ${one})` : `(${one} AND NOT ${one})`;
    const changed = `(${source.text.slice(node.start, from)}${instead}${source.text.slice(to, node.end)})`;
    return { taken: `${oneLine(clause)} ${becomes === "always" ? "always" : "never"}`, changed };
  });
}

/** A source with all its mutants. Each is inactive until `__mutant` names it. */
export function withMutants(text: string, mutants: readonly Mutant[]): string {
  // Longer expressions enclose shorter ones.
  const spans = mutants.toSorted((a, b) => a.end - a.start - (b.end - b.start));
  const at = (position: number) => ({
    closing: spans.filter(({ end }) => end === position).map(({ after }) => after),
    opening: spans
      .filter(({ start }) => start === position)
      .toReversed()
      .map(({ before }) => before),
  });
  const positions = [...new Set(mutants.flatMap(({ start, end }) => [start, end]))].toSorted((a, b) => a - b);
  let made = "";
  let last = 0;
  for (const position of [...positions, text.length]) {
    const { closing, opening } = at(position);
    made += text.slice(last, position) + closing.join("") + opening.join("");
    last = position;
  }
  return made;
}
