type Node = { type: string; callee?: { type: string; name?: string } };
type Path = { node: Node; parentPath: Path | null };

/** Whether an expression creates an error: `new Error(...)`, `new RangeError(...)`, ... */
const makesError = ({ type, callee }: Node): boolean =>
  type === "NewExpression" && callee?.type === "Identifier" && /Error$/.test(callee.name ?? "");

/** Ignores the messages of errors: tests check that code throws, not the message. */
export const strykerPlugins = [
  {
    kind: "Ignore",
    name: "assertion-messages",
    value: {
      shouldIgnore: ({ node, parentPath }: Path): string | undefined =>
        /Literal$/.test(node.type) && parentPath !== null && makesError(parentPath.node)
          ? "the words of an assertion"
          : undefined,
    },
  },
];
