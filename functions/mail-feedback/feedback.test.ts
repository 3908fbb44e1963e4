import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { personKey } from "@clearing/domain/person";
import { fakeDeps } from "@clearing/runtime/testing/fake-deps";
import { describe, expect, test } from "vitest";
import { readFeedback } from "./feedback.ts";
import { noteFeedback } from "./note.ts";

const mail = { messageId: "m-1", destination: ["Anna@example.org"], tags: { booking: ["bkg_1"] } };
const message = (type: string, detail: object) =>
  JSON.stringify({ source: "aws.ses", "detail-type": type, id: "e-1", detail: { mail, ...detail } });
const bounce = (bounceType: string) =>
  message("Email Bounced", { bounce: { bounceType, timestamp: "2027-01-02T03:04:05.678Z" } });
const complaint = message("Email Complaint Received", { complaint: { timestamp: "2027-01-02T03:04:05.678Z" } });

async function hear(body: string) {
  const { deps, table, log } = fakeDeps();
  const event = readFeedback(body);
  if (event === null) throw new Error("the message is not from SES");
  await noteFeedback(event, deps);
  const items = table.commandCalls(PutCommand).map(({ args }) => args[0].input.Item);
  return { items, log: log.join("\n") };
}

describe("SES's feedback on a mail", () => {
  test.each([
    ["bounced", bounce("Permanent")],
    ["complained", complaint],
  ])("is noted under the digest of its address, and logged only with its booking: %s", async (kind, body) => {
    const { items, log } = await hear(body);

    expect(items).toMatchObject([
      { pk: `BOUNCE#${personKey("anna@example.org")}`, sk: "BOUNCE", kind, at: "2027-01-02T03:04:05Z" },
    ]);
    expect(JSON.stringify(items)).not.toMatch(/anna/i);
    expect(log).toContain("bkg_1");
    expect(log).toContain('"MailUndeliverable":1');
    expect(log).not.toMatch(/anna/i);
  });

  test.each(["Transient", "Undetermined"])(
    "does not mark an address for a temporary bounce: %s",
    async (bounceType) => {
      expect(await hear(bounce(bounceType))).toMatchObject({ items: [] });
    },
  );

  test("also covers mails without our tags, such as sign-in codes", async () => {
    const { items } = await hear(bounce("Permanent").replace('"booking":["bkg_1"]', ""));

    expect(items).toHaveLength(1);
  });

  test.each(["invalid JSON", "{}", message("Email Bounced", {}), complaint.replace("2027-01-02", "someday")])(
    "is left to the dead letters when it is another message: %s",
    (body) => {
      expect(readFeedback(body)).toBeNull();
    },
  );
});
