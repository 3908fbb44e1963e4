import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { errorAnswer } from "./aws-error.ts";
import type { DirectDynamoDb } from "./direct-dynamodb.ts";
import { checkCall, tablesWritten } from "./dynamodb-access.ts";
import { compilePolicy } from "./policy.ts";

/** What the endpoint would say of a call: the tables that it writes, or what it answers instead. */
export type CallChecks = (operation: string, body: string) => string[] | IncomingMessage;

/** The endpoint's checks, for one caller. */
export function createCallChecks(direct: Pick<DirectDynamoDb, "caller" | "tables">): CallChecks {
  const caller = { ...direct.caller, allows: compilePolicy(direct.caller.statements) };
  const tables = new Map(direct.tables.map((table) => [table.name, table]));
  return (operation, body) => {
    try {
      return [...tablesWritten(checkCall(caller, operation, JSON.parse(body), tables))].map(({ name }) => name);
    } catch (error) {
      return refusal(error);
    }
  };
}

function refusal(error: unknown): IncomingMessage {
  const { status, headers = {}, body } = errorAnswer(error);
  const response = new IncomingMessage(new Socket());
  response.statusCode = status;
  response.headers = { date: new Date().toUTCString(), "content-type": "application/x-amz-json-1.0", ...headers };
  response.push(body);
  response.push(null);
  return response;
}
