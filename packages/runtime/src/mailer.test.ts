import { SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { mockClient } from "aws-sdk-client-mock";
import { expect, test } from "vitest";
import { readConfig } from "./config.ts";
import { openMailer, sesMailer } from "./mailer.ts";
import { fakeDeps } from "./testing/fake-deps.ts";

const mail = {
  id: "evt_1",
  to: "anna@example.org",
  subject: "We are holding a place for you",
  text: "Hello",
  html: "<p>Hello</p>",
  tags: { booking: "bkg_1", recipient: "payer" },
};

function service(merchantName = 'The "Rest" Company, LLC') {
  const client = new SESv2Client({ region: "us-east-1" });
  const mock = mockClient(client as never);
  const { mailConfigurationSet, supportEmail } = fakeDeps().deps.config;
  const config = { mailConfigurationSet, supportEmail, merchantName };
  const mailer = sesMailer(config, "bookings@example.org", client);
  return { send: mock.on(SendEmailCommand as never), mock, mailer };
}

test("sends text and HTML in the operator's name, with a reply address and tags for bounces", async () => {
  const { send, mock, mailer } = service();
  send.resolves({ MessageId: "m-1" } as never);

  expect(await mailer.send(mail)).toBe("sent");

  expect(mock.calls()[0]?.args[0].input).toMatchObject({
    FromEmailAddress: '"The \\"Rest\\" Company, LLC" <bookings@example.org>',
    ReplyToAddresses: ["help@example.org"],
    ConfigurationSetName: "mail-test",
    EmailTags: [
      { Name: "booking", Value: "bkg_1" },
      { Name: "recipient", Value: "payer" },
    ],
    Destination: { ToAddresses: ["anna@example.org"] },
    Content: {
      Simple: { Subject: { Data: "We are holding a place for you" }, Body: { Html: { Data: "<p>Hello</p>" } } },
    },
  });
});

test("reports a permanent refusal of a mail", async () => {
  const { send, mailer } = service();
  const virus = "Transaction failed: Message content rejected";
  send.rejects(Object.assign(new Error(virus), { name: "MessageRejected" }));

  expect(await mailer.send(mail)).toBe("refused");
});

test("throws if the service is down", async () => {
  const { send, mailer } = service();
  send.rejects(Object.assign(new Error("slow down"), { name: "TooManyRequestsException" }));

  await expect(mailer.send(mail)).rejects.toThrow("slow down");
});

const unverified = "Email address is not verified. The following identities failed the check in region US-EAST-1";

test("reports that SES is in its sandbox and does not know the recipient", async () => {
  const { send, mailer } = service();
  send.rejects(Object.assign(new Error(`${unverified}: Anna@example.org`), { name: "MessageRejected" }));

  expect(await mailer.send(mail)).toBe("recipient_not_verified");
});

test.each([
  ["MessageRejected", "Email address is not verified."],
  ["MessageRejected", `${unverified}: bookings@example.org`],
  ["MessageRejected", `${unverified}: "The Rest Company" <bookings@example.org>, anna@example.org`],
  ["MessageRejected", `${unverified}: arn:aws:ses:us-east-1:000000000000:identity/example.org`],
  ["MessageRejected", "Sending suspended for this account"],
  ["MessageRejected", "Sending paused for this configuration set. For more information, please check the inbox"],
  ["AccountSuspendedException", "The account can't send"],
  ["SendingPausedException", "Sending is paused"],
  ["MailFromDomainNotVerifiedException", "The MAIL FROM domain is not verified"],
])("throws if the account may not send at all, so that the queue keeps the mail: %s, %s", async (name, message) => {
  const { send, mailer } = service();
  send.rejects(Object.assign(new Error(message), { name }));

  await expect(mailer.send(mail)).rejects.toThrow(message);
});

test("writes a name beyond ASCII in encoded words of 75 characters at the most", async () => {
  const { send, mock, mailer } = service("Erholung für Körper, Geist und überhaupt – Ges. m. b. H. & Söhne");
  send.resolves({} as never);

  await mailer.send(mail);

  const from = String((mock.calls()[0]?.args[0].input as { FromEmailAddress?: string } | undefined)?.FromEmailAddress);
  const words = from.replace(" <bookings@example.org>", "").split(" ");
  const decoded = words.map((word) => Buffer.from(/^=\?UTF-8\?B\?(.*)\?=$/.exec(word)?.[1] ?? "", "base64").toString());
  expect(words.every(({ length }) => length <= 75)).toBe(true);
  expect(decoded.join("")).toBe("Erholung für Körper, Geist und überhaupt – Ges. m. b. H. & Söhne");
});

test("keeps a mail for 30 days if the stage has no mail domain, and does not call SES", async () => {
  const { deps, table } = fakeDeps();

  expect(await openMailer(readConfig({}), deps.store).send(mail)).toBe("kept");

  expect(table.commandCalls(PutCommand)[0]?.args[0].input).toMatchObject({
    TableName: "core",
    Item: { pk: "MAIL#evt_1", sk: "KEPT", to: "anna@example.org", expiresAt: Date.parse("2027-01-31") / 1000 },
  });
});
