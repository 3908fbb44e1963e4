import { SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import { awsClient } from "./aws.ts";
import type { Config } from "./config.ts";

export type Mail = { to: string; subject: string; text: string; html: string };

/** `refused`: the mail service will never take this mail (a malformed address, a virus). Outages throw. */
export type MailResult = { ok: true; messageId: string } | { ok: false; reason: "refused" };

export type Mailer = { send(mail: Mail): Promise<MailResult> };

const REFUSALS = new Set(["MessageRejected", "BadRequestException"]);
/** SES says `MessageRejected` of our account too: an identity that is not verified, a sandbox, paused sending. */
const OURS = /not verified|sandbox|suspended|paused/i;

/** Mail through SES, from the operator's one address. Sent at least once: a lost answer is retried. */
export function sesMailer(config: Config, client = new SESv2Client(awsClient)): Mailer {
  return {
    async send({ to, subject, text, html }) {
      const content = (data: string) => ({ Data: data, Charset: "UTF-8" });
      const command = new SendEmailCommand({
        FromEmailAddress: config.mailFrom,
        Destination: { ToAddresses: [to] },
        Content: {
          Simple: { Subject: content(subject), Body: { Text: content(text), Html: content(html) } },
        },
      });
      try {
        const { MessageId } = await client.send(command);
        return { ok: true, messageId: MessageId ?? "" };
      } catch (error) {
        if (error instanceof Error && REFUSALS.has(error.name) && !OURS.test(error.message))
          return { ok: false, reason: "refused" };
        throw error;
      }
    },
  };
}
