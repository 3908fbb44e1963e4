import { expect, test } from "vitest";
import type { AwsCall, AwsService } from "./aws-endpoint.ts";
import { AwsError } from "./aws-error.ts";
import { openDatabase } from "./data-folder.ts";
import { createEventBus, type EventBus } from "./event-bus.ts";
import { createFaults } from "./faults.ts";
import { createMailbox, createSecrets } from "./mail-and-secrets.ts";
import { compilePolicy, type Statement } from "./policy.ts";
import { createQueueService } from "./queue-service.ts";
import type { Queues } from "./queues.ts";
import { defaultBus, type FunctionSpec } from "./topology.ts";

const now = () => Date.parse("2027-03-01T17:00:00Z");
const everything: Statement = { Effect: "Allow", Action: "*", Resource: "*" };

/** Calls one service as a function with these statements. */
async function ask(service: AwsService, operation: string, input: object, statements = [everything]) {
  const fn = { id: "Fn", label: "Fn", name: "fn", roleArn: "arn:aws:iam::0:role/r", allows: compilePolicy(statements) };
  const call: AwsCall = {
    caller: "Fn",
    fn: fn as unknown as FunctionSpec,
    operation,
    body: Buffer.from(JSON.stringify(input)),
  };
  try {
    const answer = await service(call);
    return answer === "hang_up" ? answer : JSON.parse(answer.body.toString());
  } catch (error) {
    if (error instanceof AwsError) return error.code;
    throw error;
  }
}

const busArn = "arn:aws:events:us-east-1:000000000000:event-bus/clearing-dev";
function setUpBus() {
  const queued: { queue: string; event: Record<string, unknown> }[] = [];
  const queues = {
    insert: (queue: string, body: string) => queued.push({ queue, event: JSON.parse(body) }),
    wake: () => {},
  };
  const target = (name: string) => ({ arn: `arn:aws:sqs:us-east-1:000000000000:${name}`, deadLetterArn: undefined });
  const bus = createEventBus({
    db: openDatabase(":memory:"),
    buses: [{ name: "clearing-dev", arn: busArn }],
    rules: [
      {
        name: "held",
        busArn,
        pattern: { "detail-type": ["BookingHeld"] },
        targets: [target("progress"), target("mailer")],
      },
      { name: "expired", busArn, pattern: { "detail-type": ["HoldExpired"] }, targets: [target("mailer")] },
      { name: "bounced", busArn: defaultBus.arn, pattern: { source: ["aws.ses"] }, targets: [target("feedback")] },
    ],
    queues: queues as unknown as Queues,
    faults: createFaults(),
    now,
    crash: () => {},
  });
  return { bus, queued };
}
const entry = (over = {}) => ({
  EventBusName: "clearing-dev",
  Source: "clearing",
  DetailType: "BookingHeld",
  Detail: '{"id":"evt_1"}',
  ...over,
});

test("an event goes to every target whose rule matches, as EventBridge writes it", async () => {
  const { bus, queued } = setUpBus();
  const answer = await ask(bus.service, "AWSEvents.PutEvents", { Entries: [entry()] });
  expect(answer).toEqual({ FailedEntryCount: 0, Entries: [{ EventId: expect.any(String) }] });
  expect(queued.map(({ queue }) => queue.split(":").at(-1))).toEqual(["progress", "mailer"]);
  expect(queued[0]?.event).toEqual({
    version: "0",
    id: answer.Entries[0].EventId,
    "detail-type": "BookingHeld",
    source: "clearing",
    account: "000000000000",
    time: "2027-03-01T17:00:00Z",
    region: "us-east-1",
    resources: [],
    detail: { id: "evt_1" },
  });
  expect(bus.carried("BookingHeld")).toMatchObject([{ type: "BookingHeld", detail: { id: "evt_1" } }]);
  expect(bus.carried("HoldExpired")).toEqual([]);
});

test("an invalid entry fails alone, the others are carried", async () => {
  const { bus, queued } = setUpBus();
  const Entries = [entry({ Detail: "no json" }), entry(), entry({ Source: "" }), entry({ Detail: "[]" })];
  const answer = await ask(bus.service, "AWSEvents.PutEvents", { Entries });
  expect(answer.FailedEntryCount).toBe(3);
  expect(answer.Entries.map(({ ErrorCode }: { ErrorCode?: string }) => ErrorCode)).toEqual([
    "MalformedDetail",
    undefined,
    "InvalidArgument",
    "MalformedDetail",
  ]);
  expect(queued).toHaveLength(2);
});

test("the bus refuses more than ten entries, and callers without a grant on it", async () => {
  const { bus } = setUpBus();
  expect(await ask(bus.service, "AWSEvents.PutEvents", { Entries: Array.from({ length: 11 }, () => entry()) })).toBe(
    "ValidationException",
  );
  const other: Statement = { Effect: "Allow", Action: "events:PutEvents", Resource: busArn.replace("dev", "prod") };
  expect(await ask(bus.service, "AWSEvents.PutEvents", { Entries: [entry()] }, [other])).toBe("AccessDeniedException");
});

test("events of AWS services go to the default bus's rules, and not to the product's archive", () => {
  const { bus, queued } = setUpBus();

  bus.publish({ source: "aws.ses", type: "Email Bounced", resources: ["arn"], detail: { eventType: "Bounce" } });

  const event = { source: "aws.ses", "detail-type": "Email Bounced", resources: ["arn"] };
  expect(queued).toMatchObject([{ queue: expect.stringMatching(/:feedback$/), event }]);
  expect(bus.carried(undefined)).toEqual([]);
});

const mail = (from: string, to = "Ana@example.com") => ({
  FromEmailAddress: from,
  ReplyToAddresses: ["help@example.com"],
  ConfigurationSetName: "mail",
  EmailTags: [{ Name: "booking", Value: "bkg_1" }],
  Destination: { ToAddresses: [to] },
  Content: {
    Simple: {
      Subject: { Data: "We are holding a place for you" },
      Body: { Text: { Data: "Hello" }, Html: { Data: "<p>Hello</p>" } },
    },
  },
});

const identity = { name: "dev.clearing.example", configurationSet: "mail" };
const ses = (resource: string): Statement => ({
  Effect: "Allow",
  Action: "ses:SendEmail",
  Resource: `arn:aws:ses:us-east-1:000000000000:${resource}`,
});

function post(events = [{ configurationSet: "mail", types: ["BOUNCE", "COMPLAINT"] }]) {
  const published: Parameters<EventBus["publish"]>[0][] = [];
  const publish: EventBus["publish"] = (event) => published.push(event);
  const mailing = { db: openDatabase(":memory:"), identities: [identity], events, publish, now };
  return { ...createMailbox(mailing), published };
}

test("mail from an identity of the template is stored for its recipient", async () => {
  const mailbox = post();
  await ask(mailbox.service, "", mail("Clearing <no-reply@dev.clearing.example>"));
  expect(mailbox.sentTo("ana@example.com")).toEqual([
    {
      to: "ana@example.com",
      replyTo: "help@example.com",
      subject: "We are holding a place for you",
      text: "Hello",
      html: "<p>Hello</p>",
      tags: { booking: "bkg_1" },
      sentAt: "2027-03-01T17:00:00Z",
    },
  ]);
  expect(mailbox.sentTo("else@example.com")).toEqual([]);
});

test("mail from another address, or without a grant, is refused", async () => {
  const mailbox = post();
  expect(await ask(mailbox.service, "", mail("a@evil-dev.clearing.example"))).toBe("MessageRejected");
  const domain = ses("identity/dev.clearing.example");
  for (const grants of [[], [domain], [ses("configuration-set/mail")]]) {
    expect(await ask(mailbox.service, "", mail("a@dev.clearing.example"), grants)).toBe("AccessDeniedException");
  }
  expect(mailbox.sentTo(undefined)).toEqual([]);
  await ask(mailbox.service, "", mail("a@dev.clearing.example"), [domain, ses("configuration-set/mail")]);
  expect(mailbox.sentTo(undefined)).toHaveLength(1);
});

test.each([
  ["bounce@simulator.amazonses.com", "Email Bounced", { eventType: "Bounce", bounce: { bounceType: "Permanent" } }],
  ["complaint+1@simulator.amazonses.com", "Email Complaint Received", { eventType: "Complaint" }],
])("%s of SES's mailbox simulator answers with %s, with the mail's tags", async (to, type, detail) => {
  const mailbox = post();

  await ask(mailbox.service, "", mail("a@dev.clearing.example", to));

  const tags = { "ses:configuration-set": ["mail"], booking: ["bkg_1"] };
  expect(mailbox.published).toMatchObject([
    { source: "aws.ses", type, detail: { ...detail, mail: { destination: [to], tags } } },
  ]);
  expect(mailbox.sentTo(to)).toHaveLength(1);
});

test("a bounce is not published if the configuration set does not subscribe to it", async () => {
  const mailbox = post([{ configurationSet: "mail", types: ["COMPLAINT"] }]);

  await ask(mailbox.service, "", mail("a@dev.clearing.example", "bounce@simulator.amazonses.com"));

  expect(mailbox.published).toEqual([]);
});

test("a secret is returned by ARN or name to a caller with a grant", async () => {
  const arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:clearing/dev/stripe-local0";
  const secrets = createSecrets(() => "s3cret", [arn]);
  const get = (SecretId: string, statements?: Statement[]) =>
    ask(secrets, "secretsmanager.GetSecretValue", { SecretId }, statements);
  expect(await get(arn)).toMatchObject({ ARN: arn, SecretString: "s3cret" });
  expect(await get("clearing/dev/stripe")).toMatchObject({ SecretString: "s3cret" });
  expect(await get("other")).toBe("ResourceNotFoundException");
  expect(await get(arn, [])).toBe("AccessDeniedException");
});

/** A queue, and the messages that were inserted. */
function setUpQueue() {
  const inserted: unknown[][] = [];
  const work = {
    name: "work",
    arn: "arn:aws:sqs:us-east-1:000000000000:work",
    url: "https://sqs.us-east-1.amazonaws.com/000000000000/work",
    visibilityMs: 0,
    delayMs: 0,
    redrive: undefined,
  };
  const counts = () => ({ visible: 7, inFlight: 5, delayed: 3 });
  const queues = { insert: (...given: unknown[]) => inserted.push(given), wake: () => {}, counts };
  const db = openDatabase(":memory:");
  const service = createQueueService({ db, specs: [work], queues: queues as unknown as Queues });
  const send = (Entries: object[], QueueUrl = work.url, statements = [everything]) =>
    ask(service, "AmazonSQS.SendMessageBatch", { QueueUrl, Entries }, statements);
  return { service, send, inserted, work };
}
const sent = { Id: "0", MessageBody: "a", MessageGroupId: "g" };

test("a batch's messages are in the queue, each answered with the checksum that the SDK verifies", async () => {
  const { send, inserted, work } = setUpQueue();
  const answer = await send([sent, { Id: "1", MessageBody: "b" }]);
  expect(answer.Failed).toEqual([]);
  expect(answer.Successful).toMatchObject([
    { Id: "0", MD5OfMessageBody: "0cc175b9c0f1b6a831c399e269772661" },
    { Id: "1" },
  ]);
  expect(inserted).toEqual([
    [work.arn, "a", "g"],
    [work.arn, "b", undefined],
  ]);
});

test("SQS refuses messages entry by entry", async () => {
  const { send, inserted } = setUpQueue();
  const answer = await send([
    { ...sent, Id: "1", MessageBody: "" },
    { ...sent, Id: "2", MessageBody: "a\u0000" },
    { ...sent, Id: "3", MessageBody: "a\uD800" },
    { ...sent, Id: "4", MessageBody: "\u{1F600}\t\r\n" },
    { ...sent, Id: "5", MessageGroupId: "g".repeat(129) },
    { ...sent, Id: "6", MessageGroupId: "a b" },
    { ...sent, Id: "7", MessageGroupId: "!~".repeat(64) },
    { ...sent, Id: "8", MessageDeduplicationId: "d" },
  ]);
  expect(answer.Failed.map(({ Id, Code }: { Id: string; Code: string }) => [Id, Code])).toEqual([
    ["1", "MissingParameter"],
    ["2", "InvalidMessageContents"],
    ["3", "InvalidMessageContents"],
    ["5", "InvalidParameterValue"],
    ["6", "InvalidParameterValue"],
    ["8", "InvalidParameterValue"],
  ]);
  expect(inserted).toHaveLength(2);
});

const manyBytes = (bytes: number) => "\u00e9".repeat(bytes / 2);

test.each<[string, object[]]>([
  ["EmptyBatchRequest", []],
  ["TooManyEntriesInBatchRequest", Array.from({ length: 11 }, (_, index) => ({ ...sent, Id: String(index) }))],
  ["BatchEntryIdsNotDistinct", [sent, sent]],
  ["InvalidBatchEntryId", [{ ...sent, Id: "a.b" }]],
  ["InvalidBatchEntryId", [{ ...sent, Id: "a".repeat(81) }]],
  ["InvalidBatchEntryId", [{ MessageBody: "a" }]],
  ["BatchRequestTooLong", [sent, { ...sent, Id: "1", MessageBody: manyBytes(1_048_576) }]],
  ["UnsupportedOperation", [{ ...sent, DelaySeconds: 5 }]],
])("a batch is refused as a whole with %s", async (code, entries) => {
  const { send, inserted } = setUpQueue();
  expect(await send(entries)).toBe(code);
  expect(inserted).toEqual([]);
});

test("a batch may have ten entries, ids of 80 characters and a mebibyte", async () => {
  const { send, inserted } = setUpQueue();
  const [first, ...others] = Array.from({ length: 10 }, (_, index) => ({ ...sent, Id: `${index}`.padEnd(80, "-_a") }));
  expect((await send([{ ...first, MessageBody: `${manyBytes(1_048_576 - 10)}a` }, ...others])).Failed).toEqual([]);
  expect(inserted).toHaveLength(10);
});

test("a batch needs an existing queue and a grant", async () => {
  const { send, inserted, work } = setUpQueue();
  const other: Statement = { Effect: "Allow", Action: "sqs:SendMessage", Resource: "arn:aws:sqs:*:*:other" };
  expect(await send([sent], `${work.url}x`)).toBe("QueueDoesNotExist");
  expect(await send([sent], work.url, [other])).toBe("AccessDeniedException");
  expect(inserted).toEqual([]);
});

test("a queue returns its message counts to a caller with a grant", async () => {
  const { service, work } = setUpQueue();
  const AttributeNames = [
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
  ];
  const input = { QueueUrl: work.url, AttributeNames };
  const other: Statement = { Effect: "Allow", Action: "sqs:SendMessage", Resource: "*" };
  expect(await ask(service, "AmazonSQS.GetQueueAttributes", input)).toEqual({
    Attributes: {
      ApproximateNumberOfMessages: "7",
      ApproximateNumberOfMessagesNotVisible: "5",
      ApproximateNumberOfMessagesDelayed: "3",
    },
  });
  expect(await ask(service, "AmazonSQS.GetQueueAttributes", input, [other])).toBe("AccessDeniedException");
  expect(await ask(service, "AmazonSQS.GetQueueAttributes", { ...input, AttributeNames: ["All"] })).toBe(
    "InvalidAttributeName",
  );
  expect(await ask(service, "AmazonSQS.ReceiveMessage", { QueueUrl: work.url })).toBe("UnknownOperationException");
});
