import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { AwsService } from "./aws-endpoint.ts";
import { AwsError, requireGrant } from "./aws-error.ts";
import { instantOf } from "./clock.ts";
import { atomically } from "./data-folder.ts";
import type { EventBus } from "./event-bus.ts";
import { account, region } from "./resource.ts";

export type Mail = {
  to: string;
  replyTo: string | null;
  subject: string;
  text: string | null;
  html: string | null;
  /** The mail's tags, which a bounce returns. */
  tags: Readonly<Record<string, string>>;
  sentAt: string;
};
export type Mailbox = { service: AwsService; sentTo(address: string | undefined): Mail[] };

type Part = { Data: string } | undefined;
type SendEmail = {
  FromEmailAddress?: string;
  ReplyToAddresses?: string[];
  ConfigurationSetName?: string;
  EmailTags?: { Name: string; Value: string }[];
  Destination?: { ToAddresses?: string[]; CcAddresses?: string[]; BccAddresses?: string[] };
  Content?: { Simple?: { Subject: { Data: string }; Body: { Text?: Part; Html?: Part } } };
};

/** A sender identity of the template with its configuration set. */
export type MailIdentity = { name: string; configurationSet: string | undefined };

/** The events of a configuration set that go to the default bus. */
export type MailEvents = { configurationSet: string; types: readonly string[] };

type Mailing = {
  db: DatabaseSync;
  identities: readonly MailIdentity[];
  events: readonly MailEvents[];
  publish: EventBus["publish"];
  now: () => number;
};

/**
 * SES: stores mails from an identity of the template, one per recipient. The addresses of SES's mailbox simulator
 * bounce and complain if the template subscribes to those events.
 */
export function createMailbox({ db, identities, events, publish, now }: Mailing): Mailbox {
  const insert = db.prepare(
    "INSERT INTO mail (recipient, sender, replyTo, subject, text, html, tags, sentAt) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const columns = 'SELECT recipient AS "to", replyTo, subject, text, html, tags, sentAt FROM mail';
  const all = db.prepare(`${columns} ORDER BY sequence`);
  const byRecipient = db.prepare(`${columns} WHERE recipient = ? ORDER BY sequence`);
  return {
    async service(call) {
      const mail = JSON.parse(call.body.toString()) as SendEmail;
      const { FromEmailAddress: from = "", Destination = {}, Content } = mail;
      const address = (/<([^>]+)>/.exec(from)?.[1] ?? from).toLowerCase();
      const identity = identities.find(
        ({ name }) => name.toLowerCase() === address || address.endsWith(`@${name.toLowerCase()}`),
      );
      if (!identity) throw new AwsError("MessageRejected", `Email address is not verified: ${address}`);
      const context = { "ses:FromAddress": [address] };
      const { name } = identity;
      // The request's configuration set overrides the identity's own.
      const configurationSet = mail.ConfigurationSetName ?? identity.configurationSet;
      const needed = [`identity/${name}`, ...(configurationSet ? [`configuration-set/${configurationSet}`] : [])];
      for (const one of needed) {
        requireGrant(call.fn, "ses:SendEmail", `arn:aws:ses:${region}:${account}:${one}`, context);
      }
      const simple = Content?.Simple;
      if (!simple) throw new AwsError("BadRequestException", "only simple content is supported by the local stack");
      const recipients = [Destination.ToAddresses, Destination.CcAddresses, Destination.BccAddresses].flatMap(
        (list) => list ?? [],
      );
      if (recipients.length === 0) throw new AwsError("BadRequestException", "the mail has no recipient");
      const { Text, Html } = simple.Body;
      const sentAt = instantOf(now());
      const replyTo = mail.ReplyToAddresses?.join(", ") ?? null;
      const tagged = (mail.EmailTags ?? []).map(({ Name, Value }) => [Name, Value] as const);
      const kept = JSON.stringify(Object.fromEntries(tagged));
      atomically(db, () => {
        for (const to of recipients) {
          const text = Text?.Data ?? null;
          insert.run(to.toLowerCase(), address, replyTo, simple.Subject.Data, text, Html?.Data ?? null, kept, sentAt);
        }
      });
      const messageId = randomUUID();
      const told = events.filter((one) => one.configurationSet === configurationSet).flatMap(({ types }) => types);
      for (const to of recipients) {
        const feedback = feedbackOf(to, sentAt);
        if (!feedback || !told.includes(feedback.eventType.toUpperCase())) continue;
        const { type, ...said } = feedback;
        const tags = Object.fromEntries(tagged.map(([name, value]) => [name, [value]]));
        publish({
          source: "aws.ses",
          type,
          resources: [`arn:aws:ses:${region}:${account}:configuration-set/${configurationSet}`],
          detail: {
            ...said,
            mail: {
              timestamp: sentAt,
              source: from,
              messageId,
              destination: recipients,
              tags: { "ses:configuration-set": [configurationSet], ...tags },
            },
          },
        });
      }
      return {
        status: 200,
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ MessageId: messageId }),
      };
    },
    sentTo: (address) =>
      (address === undefined ? all.all() : byRecipient.all(address.toLowerCase())).map((row) => ({
        ...(row as Omit<Mail, "tags">),
        tags: JSON.parse(String(row.tags)),
      })),
  };
}

/** The answer of SES's mailbox simulator for one of its addresses; a label after a plus is allowed. */
function feedbackOf(to: string, timestamp: string) {
  const [, mailbox] = /^(bounce|complaint)(?:\+[^@]*)?@simulator\.amazonses\.com$/i.exec(to) ?? [];
  switch (mailbox?.toLowerCase()) {
    case "bounce": {
      const bouncedRecipients = [{ emailAddress: to, action: "failed", status: "5.1.1" }];
      const bounce = { bounceType: "Permanent", bounceSubType: "General", bouncedRecipients, timestamp };
      return { type: "Email Bounced", eventType: "Bounce", bounce };
    }
    case "complaint": {
      const complaint = { complainedRecipients: [{ emailAddress: to }], complaintFeedbackType: "abuse", timestamp };
      return { type: "Email Complaint Received", eventType: "Complaint", complaint };
    }
    default:
      return null;
  }
}

/** Secrets Manager: `GetSecretValue` of the template's secrets, with values that the stack supplies by ARN. */
export function createSecrets(secretOf: (arn: string) => string | undefined, arns: readonly string[]): AwsService {
  return async (call) => {
    if (!call.operation.endsWith(".GetSecretValue"))
      throw new AwsError("UnknownOperationException", `${call.operation} is not supported`);
    const { SecretId = "", VersionStage = "AWSCURRENT" } = JSON.parse(call.body.toString()) as {
      SecretId?: string;
      VersionStage?: string;
    };
    const arn = arns.find((one) => one === SecretId || one.split(":secret:")[1]?.replace(/-local0$/, "") === SecretId);
    requireGrant(call.fn, "secretsmanager:GetSecretValue", arn ?? SecretId);
    // Secrets of this stack are never rotated, so there is no previous value.
    const SecretString = arn && VersionStage === "AWSCURRENT" ? secretOf(arn) : undefined;
    if (!SecretString) {
      const missing = arn ? ` value for staging label: ${VersionStage}` : ".";
      throw new AwsError("ResourceNotFoundException", `Secrets Manager can't find the specified secret${missing}`);
    }
    const answer = { ARN: arn, Name: SecretId, SecretString, VersionId: "local", VersionStages: ["AWSCURRENT"] };
    return { status: 200, headers: { "content-type": "application/x-amz-json-1.1" }, body: JSON.stringify(answer) };
  };
}
