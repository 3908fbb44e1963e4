import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { readConfig } from "../config.ts";
import type { Deps } from "../deps.ts";
import { jsonLog } from "../log.ts";
import { issuers } from "./http-event.ts";

export const fixedNow = "2027-01-01T00:00:00Z";

/** Sends nothing: the mock answers. Shared, since the SDK takes a millisecond to make one. */
const dynamodb = new DynamoDBClient({ region: "us-east-1" });

/**
 * Dependencies for a unit test: a table client that answers as the test says and stores nothing by default, a fixed
 * time, waits that return at once, and the logged lines.
 */
export function fakeDeps(parts: Partial<Deps> = {}) {
  const client = DynamoDBDocumentClient.from(dynamodb);
  const table = mockClient(client as never);
  table.onAnyCommand().resolves({});
  const lines: string[] = [];
  const config = readConfig({
    STAGE: "test",
    PUBLIC_URL: "https://api.example.org",
    MERCHANT_NAME: "Sample Operator",
    REPORTING_TIME_ZONE: "America/New_York",
    MAIL_FROM: "bookings@example.org",
    MAIL_CONFIGURATION_SET: "mail-test",
    SUPPORT_EMAIL: "help@example.org",
    SUPPORT_PHONE: "+1 555 0199",
    SITE_URL: "https://my.example.org/",
    EVENT_BUS: "clearing-test",
    DEADLINE_WORKER_QUEUE: "https://sqs.example.org/deadlines",
    PAYMENT_WORKER_QUEUE: "https://sqs.example.org/payments",
    STRIPE_SECRET_ARN: "arn:aws:secretsmanager:us-east-1:123456789012:secret:stripe",
    LINK_SECRET_ARN: "arn:aws:secretsmanager:us-east-1:123456789012:secret:links",
    CLIENT_ISSUER: issuers.client,
    STAFF_ISSUER: issuers.staff,
    CORE_TABLE: "core",
    LEDGER_TABLE: "ledger",
    AUDIT_TABLE: "audit",
    OUTBOX_TABLE: "outbox",
    CLINICAL_TABLE: "clinical",
    CLEARANCE_TABLE: "clearance",
  });
  let count = 0;
  const ids = {
    next: (prefix: string) => {
      count += 1;
      return `${prefix}_${String(count).padStart(12, "0")}`;
    },
  };
  const random = () => 0.5;
  const sleep = async () => undefined;
  const clock = { now: () => fixedNow };
  const deps: Deps = {
    clock,
    ids,
    random,
    store: { client, tables: config.tables, random, sleep, ids, clock, correlationId: "test" },
    log: jsonLog({ stage: "test" }, (line) => lines.push(line)),
    config,
    ...parts,
  };
  return { deps, table, log: lines };
}
