import type { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { errorAnswer } from "./aws-error.ts";
import { checkCall, tablesWritten } from "./dynamodb-access.ts";
import { compilePolicy, type Statement } from "./policy.ts";
import type { FunctionSpec, TableSpec } from "./topology.ts";

// As in direct-dynamodb.ts.
const { IncomingMessage: Message } = process.getBuiltinModule("node:http");

/** The caller whose calls are checked, and the tables. */
export type Checked = {
  caller: Pick<FunctionSpec, "label" | "name" | "roleArn"> & { statements: readonly Statement[] };
  tables: readonly TableSpec[];
};

/** Checks a call: returns the tables that it writes, or the refusal. */
export type CallChecks = (operation: string, body: string) => string[] | IncomingMessage;

/** The endpoint's checks for one caller. */
export function createCallChecks(checked: Checked): CallChecks {
  const caller = { ...checked.caller, allows: compilePolicy(checked.caller.statements) };
  const tables = new Map(checked.tables.map((table) => [table.name, table]));
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
  const response = new Message(new Socket());
  response.statusCode = status;
  response.headers = { date: new Date().toUTCString(), "content-type": "application/x-amz-json-1.0", ...headers };
  response.push(body);
  response.push(null);
  return response;
}
