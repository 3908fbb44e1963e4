/** Handlers without packages: they call AWS with fetch, as the SDK would. */
const aws = `
const call = async (service, target, input) => {
  const response = await fetch(process.env.AWS_ENDPOINT_URL, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": target,
      authorization: "AWS4-HMAC-SHA256 Credential=" + process.env.AWS_ACCESS_KEY_ID + "/20260101/us-east-1/" + service + "/aws4_request, SignedHeaders=host, Signature=x",
    },
    body: JSON.stringify(input),
  });
  const answer = await response.json();
  if (!response.ok) throw Object.assign(new Error(answer.message), { name: answer.__type.split("#")[1] });
  return answer;
};
const dynamodb = (operation, input) => call("dynamodb", "DynamoDB_20120810." + operation, input);
`;
/** The fixture's bundles by function. */
export const handlers: Record<string, string> = {
  // The web function: each path shows one behavior.
  Web: `${aws}
export const handler = async (event) => {
  const json = (statusCode, body) => ({ statusCode, headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  const table = process.env.CORE_TABLE;
  switch (event.routeKey) {
    case "GET /echo": case "POST /echo": case "GET /me/{id}": case "GET /shared/{id}": return json(200, event);
    case "GET /time": return json(200, { now: new Date().toISOString(), date: Date.now(), same: new Date() instanceof Date });
    case "GET /fail": throw new TypeError("broken");
    case "GET /secret": return json(200, await dynamodb("GetItem", { TableName: process.env.SECRET_TABLE, Key: { pk: { S: "a" }, sk: { S: "a" } } }).catch((error) => ({ name: error.name, message: error.message })));
    case "POST /orders/{id}": {
      const id = event.pathParameters.id;
      await new Promise((wake) => setTimeout(wake, Number(event.queryStringParameters?.afterMs ?? 0)));
      await dynamodb("TransactWriteItems", { TransactItems: [
        { Put: { TableName: table, Item: { pk: { S: id }, sk: { S: "ORDER" }, ...(event.queryStringParameters?.due && { duePk: { S: "DUE" }, dueAt: { S: event.queryStringParameters.due } }) } } },
        { Put: { TableName: process.env.OUTBOX_TABLE, Item: { pk: { S: "evt-" + id }, sk: { S: "OUTBOX" }, order: { S: id } } } },
      ] });
      return json(201, { id });
    }
    case "GET /orders/{id}": return json(200, (await dynamodb("GetItem", { TableName: table, Key: { pk: { S: event.pathParameters.id }, sk: { S: "ORDER" } } })).Item ?? null);
    default: return { plain: true };
  }
};`,
  // The authorizer: it answers what its identity source says, and when.
  Gate: `
export const handler = async (event) => {
  const [said = "", who] = event.identitySource[0].split(" ");
  if (said === "broken") throw new Error("broken");
  if (said === "odd") return "odd";
  if (said !== "yes" && said !== "no") throw new Error("Unauthorized");
  return { isAuthorized: said === "yes", context: { sub: who, at: Date.now(), asked: event.routeArn, type: event.type, body: event.body ?? null } };
};`,
  Relay: `${aws}
export const handler = async (event) => {
  const Entries = event.Records.map((record) => ({ EventBusName: process.env.EVENT_BUS, Source: "clearing", DetailType: "OrderPlaced",
    Detail: JSON.stringify({ order: record.dynamodb.NewImage.order.S }) }));
  const answer = await call("events", "AWSEvents.PutEvents", { Entries });
  return { batchItemFailures: event.Records.filter((_, index) => answer.Entries[index].ErrorCode).map((record) => ({ itemIdentifier: record.dynamodb.SequenceNumber })) };
};`,
  Consumer: `${aws}
export const handler = async (event) => {
  const batchItemFailures = [];
  for (const record of event.Records) {
    const { detail } = JSON.parse(record.body);
    if (detail.order.startsWith("poison")) batchItemFailures.push({ itemIdentifier: record.messageId });
    else await dynamodb("UpdateItem", { TableName: process.env.CORE_TABLE, Key: { pk: { S: detail.order }, sk: { S: "ORDER" } },
      UpdateExpression: "ADD timesSeen :one", ExpressionAttributeValues: { ":one": { N: "1" } } });
  }
  return { batchItemFailures };
};`,
  Sweep: `${aws}
export const handler = async () => {
  const TableName = process.env.CORE_TABLE;
  const now = new Date().toISOString().slice(0, 19) + "Z";
  const due = await dynamodb("Query", { TableName, IndexName: "byDue", KeyConditionExpression: "duePk = :due AND dueAt <= :now",
    ExpressionAttributeValues: { ":due": { S: "DUE" }, ":now": { S: now } } });
  for (const item of due.Items) await dynamodb("UpdateItem", { TableName, Key: { pk: item.pk, sk: item.sk },
    UpdateExpression: "SET sweptAt = :now REMOVE duePk, dueAt", ExpressionAttributeValues: { ":now": { S: now } } });
};`,
};
