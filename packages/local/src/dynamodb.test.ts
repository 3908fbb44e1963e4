import { expect, test } from "vitest";
import { AwsError } from "./aws-error.ts";
import { createDynamoDbService } from "./dynamodb.ts";
import type { DynamoDb } from "./dynamodb-process.ts";
import { createFaults, type Fault } from "./faults.ts";
import { compilePolicy, type Statement } from "./policy.ts";
import type { FunctionSpec, TableSpec } from "./topology.ts";

const table = (name: string, kmsKeyArn?: string): TableSpec => ({
  name,
  arn: `arn:aws:dynamodb:us-east-1:000000000000:table/${name}`,
  hashKey: "pk",
  rangeKey: "sk",
  create: {},
  timeToLive: undefined,
  kmsKeyArn,
  streamArn: undefined,
});
const key = "arn:aws:kms:us-east-1:000000000000:key/K";
const tables = [table("core"), table("ledger"), table("clinical", key)];
const everything: Statement = { Effect: "Allow", Action: "*", Resource: "*" };

/** The proxy in front of a store that answers each operation with `answers`. */
function setUp(statements: Statement[], answers: Record<string, object> = {}, faults: Fault[] = []) {
  const crashed: string[] = [];
  const written: string[] = [];
  let now = 1_800_000_000_000;
  const db = {
    send: async (target: string) => ({
      statusCode: 200,
      headers: {},
      body: { arrayBuffer: async () => Buffer.from(JSON.stringify(answers[target.split(".")[1] ?? ""] ?? {})) },
    }),
  } as unknown as DynamoDb;
  const active = createFaults();
  for (const fault of faults) active.add(fault);
  const service = createDynamoDbService({
    db,
    tables,
    faults: active,
    now: () => now,
    onWrite: ({ name }) => written.push(name),
    crash: (caller) => crashed.push(caller),
  });
  const fn = {
    id: "Fn",
    label: "Booking",
    name: "fn",
    roleArn: "arn:aws:iam::0:role/r",
    allows: compilePolicy(statements),
  } as FunctionSpec;
  const call = async (operation: string, input: object) => {
    const answer = await service({
      caller: "Fn.1",
      fn,
      operation: `DynamoDB_20120810.${operation}`,
      body: Buffer.from(JSON.stringify(input)),
    });
    return answer === "hang_up" ? answer : JSON.parse(answer.body.toString());
  };
  const refusal = (operation: string, input: object) =>
    call(operation, input).then(
      () => undefined,
      (error: unknown) => (error instanceof AwsError ? error : undefined),
    );
  return { call, refusal, crashed, written, pass: (ms: number) => (now += ms) };
}
const item = (pk: string) => ({ pk: { S: pk }, sk: { S: "A" } });
const allow = (Action: string | string[], name: string): Statement => ({
  Effect: "Allow",
  Action,
  Resource: table(name).arn,
});

test("each item of a transaction needs its own action on its own table", async () => {
  const { refusal } = setUp([
    allow(["dynamodb:PutItem", "dynamodb:ConditionCheckItem"], "core"),
    allow("dynamodb:PutItem", "ledger"),
  ]);
  const put = { Put: { TableName: "ledger", Item: item("1") } };
  const check = { ConditionCheck: { TableName: "core", Key: item("1"), ConditionExpression: "x" } };
  expect(await refusal("TransactWriteItems", { TransactItems: [put, check] })).toBeUndefined();
  const denied = await refusal("TransactWriteItems", {
    TransactItems: [put, { Delete: { TableName: "ledger", Key: item("1") } }],
  });
  expect(denied?.code).toBe("AccessDeniedException");
  expect(denied?.message).toContain(
    "dynamodb:DeleteItem on resource: arn:aws:dynamodb:us-east-1:000000000000:table/ledger",
  );
});

test("a query of an index needs a grant on the index", async () => {
  const query = {
    TableName: "core",
    IndexName: "byDue",
    KeyConditionExpression: "#d = :d",
    ExpressionAttributeNames: { "#d": "duePk" },
    ExpressionAttributeValues: { ":d": { S: "X" } },
  };
  expect((await setUp([allow("dynamodb:Query", "core")]).refusal("Query", query))?.code).toBe("AccessDeniedException");
  const index = { Effect: "Allow", Action: "dynamodb:Query", Resource: `${table("core").arn}/index/*` } as const;
  expect(await setUp([index]).refusal("Query", query)).toBeUndefined();
});

test("a grant on leading keys covers no other item", async () => {
  const Condition = { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["CLEARANCE#*"] } };
  const { refusal } = setUp([{ ...allow(["dynamodb:UpdateItem", "dynamodb:Query"], "core"), Condition }]);
  expect(await refusal("UpdateItem", { TableName: "core", Key: item("CLEARANCE#1") })).toBeUndefined();
  expect((await refusal("UpdateItem", { TableName: "core", Key: item("BOOKING#1") }))?.code).toBe(
    "AccessDeniedException",
  );
  const query = (pk: string) => ({
    TableName: "core",
    KeyConditionExpression: "pk = :pk AND sk > :sk",
    ExpressionAttributeValues: { ":pk": { S: pk }, ":sk": { S: "A" } },
  });
  expect(await refusal("Query", query("CLEARANCE#1"))).toBeUndefined();
  expect((await refusal("Query", query("BOOKING#1")))?.code).toBe("AccessDeniedException");
});

test("a table under a customer managed key also needs a grant on the key", async () => {
  const get = { TableName: "clinical", Key: item("1") };
  expect((await setUp([allow("dynamodb:GetItem", "clinical")]).refusal("GetItem", get))?.message).toContain(
    "kms:Decrypt",
  );
  const keyed = (Condition?: NonNullable<Statement["Condition"]>) => {
    const decrypt: Statement = { Effect: "Allow", Action: "kms:Decrypt", Resource: key };
    return setUp([allow("dynamodb:GetItem", "clinical"), Condition ? { ...decrypt, Condition } : decrypt]);
  };
  const through = (service: string, account = "000000000000") => ({
    StringEquals: { "kms:ViaService": `${service}.us-east-1.amazonaws.com`, "kms:CallerAccount": account },
  });
  expect(await keyed().refusal("GetItem", get)).toBeUndefined();
  expect(await keyed(through("dynamodb")).refusal("GetItem", get)).toBeUndefined();
  expect((await keyed(through("s3")).refusal("GetItem", get))?.message).toContain("kms:Decrypt");
  expect((await keyed(through("dynamodb", "111111111111")).refusal("GetItem", get))?.message).toContain("kms:Decrypt");
});

test("a query that AWS refuses never reaches the embedded database, which would accept it", async () => {
  const { refusal } = setUp([everything]);
  const query = {
    TableName: "core",
    KeyConditionExpression: "pk = :pk",
    ExpressionAttributeValues: { ":pk": { S: "1" } },
    ExclusiveStartKey: item("2"),
  };

  expect(await refusal("Query", query)).toMatchObject({ code: "ValidationException", status: 400 });
  expect(await refusal("Query", { ...query, ExclusiveStartKey: item("1") })).toBeUndefined();
});

test("an unknown table or operation is refused as AWS does", async () => {
  const { refusal } = setUp([everything]);
  expect((await refusal("GetItem", { TableName: "other", Key: {} }))?.code).toBe("ResourceNotFoundException");
  expect((await refusal("ExecuteStatement", {}))?.code).toBe("UnknownOperationException");
});

test("a write is reported once per table, a read is not", async () => {
  const { call, written } = setUp([everything]);
  const put = (name: string) => ({ Put: { TableName: name, Item: item("1") } });
  await call("TransactWriteItems", { TransactItems: [put("core"), put("core"), put("ledger")] });
  await call("GetItem", { TableName: "core", Key: item("1") });
  expect(written).toEqual(["core", "ledger"]);
});

const fault = (kind: Fault["kind"], over: Partial<Fault> = {}): Fault => ({
  target: "dynamodb",
  kind,
  rate: 1,
  seed: 1,
  ...over,
});

test("a throttled transaction is canceled with a reason for each item, and another call has its own error", async () => {
  const { refusal } = setUp([everything], {}, [fault("throttle")]);
  const transaction = await refusal("TransactWriteItems", {
    TransactItems: [{ Put: { TableName: "core", Item: item("1") } }, { Put: { TableName: "core", Item: item("2") } }],
  });
  expect(transaction?.code).toBe("TransactionCanceledException");
  expect(transaction?.details).toMatchObject({ CancellationReasons: [{ Code: "None" }, { Code: "ThrottlingError" }] });
  expect((await refusal("GetItem", { TableName: "core", Key: item("1") }))?.code).toBe(
    "ProvisionedThroughputExceededException",
  );
});

test("a conflict has a reason for each item of a transaction, and its own name for a single write", async () => {
  const { refusal } = setUp([everything], {}, [fault("conflict")]);
  const transaction = await refusal("TransactWriteItems", {
    TransactItems: [{ Put: { TableName: "core", Item: item("1") } }, { Put: { TableName: "core", Item: item("2") } }],
  });
  expect(transaction?.details).toEqual({
    CancellationReasons: [
      { Code: "None" },
      { Code: "TransactionConflict", Message: "Transaction is ongoing for the item" },
    ],
  });
  expect((await refusal("PutItem", { TableName: "core", Item: item("1") }))?.code).toBe("TransactionConflictException");
  expect(await refusal("GetItem", { TableName: "core", Key: item("1") })).toBeUndefined();
});

test("crash_after kills the caller's process after the write, and leaves reads alone", async () => {
  const { call, crashed, written } = setUp([everything], {}, [fault("crash_after")]);
  await call("GetItem", { TableName: "core", Key: item("1") });
  expect(crashed).toEqual([]);
  expect(await call("PutItem", { TableName: "core", Item: item("1") })).toBe("hang_up");
  expect([crashed, written]).toEqual([["Fn.1"], ["core"]]);
});

test("a stale index shows a write only some seconds later", async () => {
  const page = { Items: [item("1"), item("2")], Count: 2 };
  const { call, pass } = setUp([everything], { Query: page }, [fault("stale_index")]);
  const query = {
    TableName: "core",
    IndexName: "byDue",
    KeyConditionExpression: "duePk = :d",
    ExpressionAttributeValues: { ":d": { S: "X" } },
  };
  await call("PutItem", { TableName: "core", Item: item("2") });
  expect(await call("Query", query)).toEqual({ Items: [item("1")], Count: 1 });
  pass(6_000);
  expect(await call("Query", query)).toEqual(page);
});

test("a stale index lags by the given seconds", async () => {
  const { call, pass } = setUp([everything], { Query: { Items: [item("1")], Count: 1 } }, [
    fault("stale_index", { seconds: 60 }),
  ]);
  const query = { TableName: "core", IndexName: "byDue", KeyConditionExpression: "duePk = :d" };
  const shown = async () => ((await call("Query", query)) as { Count: number }).Count;
  await call("PutItem", { TableName: "core", Item: item("1") });
  pass(59_000);
  expect(await shown()).toBe(0);
  pass(2_000);
  expect(await shown()).toBe(1);
});

test("faults can be limited to a function and an action, and are determined by their seed", async () => {
  const narrowed = setUp([everything], {}, [fault("error", { function: "Booking", action: "PutItem" })]);
  expect((await narrowed.refusal("PutItem", { TableName: "core", Item: item("1") }))?.status).toBe(500);
  expect(await narrowed.refusal("GetItem", { TableName: "core", Key: item("1") })).toBeUndefined();
  const draws = (seed: number) => {
    const faults = createFaults();
    faults.add(fault("error", { rate: 0.5, seed }));
    return Array.from({ length: 20 }, () => faults.strikes("dynamodb", "error"));
  };
  expect(draws(7)).toEqual(draws(7));
  expect(draws(7)).not.toEqual(draws(8));
});

test("a fault sends only the calls of its functions through the endpoint, and is counted when it strikes", () => {
  const faults = createFaults();
  const [booking, sweep] = ["Booking", "Sweep"].map((label) => new Int32Array(faults.countFor(label)));
  const counts = () => [booking?.[0], sweep?.[0]];

  faults.add(fault("crash_after", { function: "Booking" }));
  expect(counts()).toEqual([1, 0]);
  expect(["Booking", "Sweep"].map((label) => faults.has("crash_after", label))).toEqual([true, false]);
  faults.add({ target: "events", kind: "duplicate", rate: 1 });
  // An index that is stale for one function must see the writes of all others.
  faults.add(fault("stale_index", { function: "Sweep" }));
  expect(counts()).toEqual([2, 1]);
  faults.strikes("dynamodb", "crash_after", { function: "Booking", action: "PutItem" });
  faults.strikes("dynamodb", "crash_after", { function: "Sweep", action: "PutItem" });
  expect(faults.struck()).toEqual({ "dynamodb crash_after": 1 });
  faults.clear();
  expect(counts()).toEqual([0, 0]);
});
