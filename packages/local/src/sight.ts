import type { FunctionSpec, TableSpec } from "./topology.ts";

/** The places where a function can find work, according to what its role may read. */
export type Sight = {
  /** In the `byDue` indexes. */
  due: boolean;
  /** In these tables, by other reads. */
  tables: readonly string[];
  /** At an outside service, whose secret it may read. */
  outside: boolean;
};

const reads = ["GetItem", "BatchGetItem", "Query", "Scan"].map((action) => `dynamodb:${action}`);

export function sightOf(
  { allows }: Pick<FunctionSpec, "allows">,
  tables: readonly TableSpec[],
  secrets: readonly { arn: string }[],
): Sight {
  const readsIndex = (table: TableSpec, index: string) => allows("dynamodb:Query", `${table.arn}/index/${index}`);
  const readsOtherwise = (table: TableSpec) =>
    reads.some((action) => allows(action, table.arn)) ||
    indexesOf(table).some((index) => index !== "byDue" && readsIndex(table, index));
  return {
    due: tables.some((table) => readsIndex(table, "byDue")),
    tables: tables.filter(readsOtherwise).map(({ name }) => name),
    outside: secrets.some(({ arn }) => allows("secretsmanager:GetSecretValue", arn)),
  };
}

function indexesOf({ create }: TableSpec): string[] {
  const indexes = (create.GlobalSecondaryIndexes ?? []) as { IndexName: string }[];
  return indexes.map(({ IndexName }) => IndexName);
}
