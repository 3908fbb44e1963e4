type Node = { type: string; callee?: { type: string; name?: string } };
type Path = { node: Node; parentPath: Path | null };

/** `new Error(...)` and its kin. */
const makesError = ({ type, callee }: Node): boolean =>
  type === "NewExpression" && callee?.type === "Identifier" && /Error$/.test(callee.name ?? "");

/** Leaves the words of an assertion as they are: tests hold that it throws, not what it says. */
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
