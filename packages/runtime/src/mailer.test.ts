import { SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import { mockClient } from "aws-sdk-client-mock";
import { expect, it } from "vitest";
import { sesMailer } from "./mailer.ts";
import { fakeDeps } from "./testing/fake-deps.ts";

const mail = { to: "anna@example.org", subject: "Your place is on hold", text: "Hello", html: "<p>Hello</p>" };

function service() {
  const client = new SESv2Client({ region: "us-east-1" });
  const mock = mockClient(client as never);
  return { send: mock.on(SendEmailCommand as never), mock, mailer: sesMailer(fakeDeps().deps.config, client) };
}

it("sends both forms of a mail from the operator's address", async () => {
  const { send, mock, mailer } = service();
  send.resolves({ MessageId: "m-1" } as never);

  expect(await mailer.send(mail)).toEqual({ ok: true, messageId: "m-1" });

  expect(mock.calls()[0]?.args[0].input).toMatchObject({
    FromEmailAddress: "bookings@example.org",
    Destination: { ToAddresses: ["anna@example.org"] },
    Content: { Simple: { Subject: { Data: "Your place is on hold" }, Body: { Html: { Data: "<p>Hello</p>" } } } },
  });
});

it("says so when the service will never take a mail", async () => {
  const { send, mailer } = service();
  const virus = "Transaction failed: Message content rejected";
  send.rejects(Object.assign(new Error(virus), { name: "MessageRejected" }));

  expect(await mailer.send(mail)).toEqual({ ok: false, reason: "refused" });
});

it("throws when the service is down", async () => {
  const { send, mailer } = service();
  send.rejects(Object.assign(new Error("slow down"), { name: "TooManyRequestsException" }));

  await expect(mailer.send(mail)).rejects.toThrow("slow down");
});

it.each([
  [
    "MessageRejected",
    "Email address is not verified. The following identities failed the check in region US-EAST-1: x",
  ],
  ["MessageRejected", "Sending suspended for this account"],
  ["MessageRejected", "Sending paused for this configuration set. For more information, please check the inbox"],
  ["AccountSuspendedException", "The account can't send"],
  ["SendingPausedException", "Sending is paused"],
  ["MailFromDomainNotVerifiedException", "The MAIL FROM domain is not verified"],
])("throws when the account may not send at all, so that the queue keeps the mail: %s, %s", async (name, message) => {
  const { send, mailer } = service();
  send.rejects(Object.assign(new Error(message), { name }));

  await expect(mailer.send(mail)).rejects.toThrow(message);
});
