/** Stands for an interpolated value in a condition: an operand, or clauses joined by AND. */
export const hole = "\uE000";

/**
 * One clause of a condition, as positions in its text. A mutant makes it hold always, or never.
 * `isOne`: it can be negated without parentheses.
 */
export type Clause = { start: number; end: number; becomes: "always" | "never"; isOne: boolean };

type Node = { start: number; end: number; isOne: boolean; joins?: "AND" | "OR"; parts: Node[] };
type Token = { text: string; start: number; end: number };

class NoCondition extends Error {}

/**
 * The clauses of a DynamoDB condition that can be removed one by one: each operand of AND, each alternative of OR, and
 * a whole condition without AND. A text may begin or end with AND, if it is part of a longer condition. null: the text
 * is not a condition.
 */
export function clausesOf(text: string): Clause[] | null {
  try {
    const parser = new Parser(tokensOf(text));
    const root = parser.whole();
    if (!parser.compares) return null;
    return root.joins === "AND" ? inside(root) : takenOut(root, "always");
  } catch (error) {
    if (error instanceof NoCondition) return null;
    throw error;
  }
}

const takenOut = (node: Node, becomes: Clause["becomes"]): Clause[] => [
  { start: node.start, end: node.end, isOne: node.isOne, becomes },
  ...inside(node),
];

const inside = ({ joins, parts }: Node): Clause[] =>
  parts.flatMap((part) => (joins === undefined ? inside(part) : takenOut(part, joins === "OR" ? "never" : "always")));

function tokensOf(text: string): Token[] {
  const pattern = /\s*(?:(<=|>=|<>|[=<>(),])|([:#\w.[\]\uE000]+))\s*/y;
  const tokens: Token[] = [];
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    const word = match?.[1] ?? match?.[2];
    if (match === null || word === undefined) throw new NoCondition();
    const start = at + match[0].indexOf(word);
    tokens.push({ text: word, start, end: start + word.length });
  }
  return tokens;
}

const comparators = new Set(["=", "<>", "<", ">", "<=", ">="]);
const tests = new Set(["attribute_exists", "attribute_not_exists", "begins_with", "contains"]);

/** The part of DynamoDB's grammar that conditions use. */
class Parser {
  readonly #tokens: Token[];
  #next = 0;
  /** Whether the text has a comparison or a function. */
  compares = false;

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  whole(): Node {
    if (this.#is("AND")) this.#take();
    const node = this.#joined("OR");
    if (this.#is("AND")) this.#take();
    if (this.#next < this.#tokens.length) throw new NoCondition();
    return node;
  }

  #joined(by: "AND" | "OR"): Node {
    const next = () => (by === "OR" ? this.#joined("AND") : this.#clause());
    const first = next();
    const parts = [first];
    while (this.#is(by) && this.#next < this.#tokens.length - 1) {
      this.#take();
      parts.push(next());
    }
    const last = parts.at(-1) ?? first;
    return parts.length === 1 ? first : { start: first.start, end: last.end, isOne: false, joins: by, parts };
  }

  #clause(): Node {
    const { start } = this.#peek();
    if (this.#is("NOT")) {
      this.#take();
      return { start, end: this.#clause().end, isOne: false, parts: [] };
    }
    if (this.#is("(")) {
      this.#take();
      const group = this.#joined("OR");
      const { end } = this.#expect(")");
      return { start, end, isOne: true, parts: [group] };
    }
    return { start, ...this.#comparison(), parts: [] };
  }

  #comparison(): Pick<Node, "end" | "isOne"> {
    const left = this.#operand();
    const { text } = this.#tokens[this.#next] ?? { text: "" };
    if (comparators.has(text)) {
      this.#take();
      this.compares = true;
      return { end: this.#operand().end, isOne: true };
    }
    // A function is a clause without a comparison, and so is an interpolated value.
    if (!tests.has(left.text) && left.text !== hole) throw new NoCondition();
    this.compares ||= left.text !== hole;
    return { end: left.end, isOne: left.text !== hole };
  }

  /** A path, a value, or a function of them. */
  #operand(): Token {
    const token = this.#take();
    if (!/^[:#\w\uE000]/.test(token.text) || /^(AND|OR|NOT)$/.test(token.text)) throw new NoCondition();
    if (!this.#is("(")) return token;
    this.#take();
    this.#operand();
    while (this.#is(",")) {
      this.#take();
      this.#operand();
    }
    return { ...token, end: this.#expect(")").end };
  }

  #is(text: string): boolean {
    return this.#tokens[this.#next]?.text === text;
  }

  #peek(): Token {
    const token = this.#tokens[this.#next];
    if (token === undefined) throw new NoCondition();
    return token;
  }

  #take(): Token {
    const token = this.#peek();
    this.#next++;
    return token;
  }

  #expect(text: string): Token {
    if (!this.#is(text)) throw new NoCondition();
    return this.#take();
  }
}
