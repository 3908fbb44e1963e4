import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { AwsError, type AwsService, requireGrant } from "./aws-endpoint.ts";
import { instantOf } from "./clock.ts";
import { atomically } from "./data-folder.ts";
import { ACCOUNT, REGION } from "./template.ts";

export type Mail = { to: string; subject: string; text: string | null; html: string | null; sentAt: string };
export type Mailbox = { service: AwsService; sentTo(address: string | undefined): Mail[] };

type Part = { Data: string } | undefined;
type SendEmail = {
  FromEmailAddress?: string;
  Destination?: { ToAddresses?: string[]; CcAddresses?: string[]; BccAddresses?: string[] };
  Content?: { Simple?: { Subject: { Data: string }; Body: { Text?: Part; Html?: Part } } };
};

/** An identity of the template that mail is sent from, with the configuration set that goes with it. */
export type MailIdentity = { name: string; configurationSet: string | undefined };

/** SES: keeps what is sent from an identity of the template, one mail for each recipient. */
export function createMailbox(db: DatabaseSync, identities: readonly MailIdentity[], now: () => number): Mailbox {
  const insert = db.prepare(
    "INSERT INTO mail (recipient, sender, subject, text, html, sentAt) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const columns = 'SELECT recipient AS "to", subject, text, html, sentAt FROM mail';
  const all = db.prepare(`${columns} ORDER BY sequence`);
  const byRecipient = db.prepare(`${columns} WHERE recipient = ? ORDER BY sequence`);
  return {
    async service(call) {
      const { FromEmailAddress: from = "", Destination = {}, Content } = JSON.parse(call.body.toString()) as SendEmail;
      const address = (/<([^>]+)>/.exec(from)?.[1] ?? from).toLowerCase();
      const identity = identities.find(
        ({ name }) => name.toLowerCase() === address || address.endsWith(`@${name.toLowerCase()}`),
      );
      if (!identity) throw new AwsError("MessageRejected", `Email address is not verified: ${address}`);
      const context = { "ses:FromAddress": [address] };
      const { name, configurationSet } = identity;
      const needed = [`identity/${name}`, ...(configurationSet ? [`configuration-set/${configurationSet}`] : [])];
      for (const one of needed) {
        requireGrant(call.fn, "ses:SendEmail", `arn:aws:ses:${REGION}:${ACCOUNT}:${one}`, context);
      }
      const simple = Content?.Simple;
      if (!simple) throw new AwsError("BadRequestException", "only simple content is known to the local stack");
      const recipients = [Destination.ToAddresses, Destination.CcAddresses, Destination.BccAddresses].flatMap(
        (list) => list ?? [],
      );
      if (recipients.length === 0) throw new AwsError("BadRequestException", "no recipient");
      const { Text, Html } = simple.Body;
      atomically(db, () => {
        for (const to of recipients) {
          insert.run(
            to.toLowerCase(),
            address,
            simple.Subject.Data,
            Text?.Data ?? null,
            Html?.Data ?? null,
            instantOf(now()),
          );
        }
      });
      return {
        status: 200,
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ MessageId: randomUUID() }),
      };
    },
    sentTo: (address) => (address === undefined ? all.all() : byRecipient.all(address.toLowerCase())) as Mail[],
  };
}

/** Secrets Manager: `GetSecretValue` of the template's secrets, with values that the stack gives by arn. */
export function createSecrets(secretOf: (arn: string) => string | undefined, arns: readonly string[]): AwsService {
  return async (call) => {
    if (!call.operation.endsWith(".GetSecretValue"))
      throw new AwsError("UnknownOperationException", `${call.operation} is not known`);
    const { SecretId = "" } = JSON.parse(call.body.toString()) as { SecretId?: string };
    const arn = arns.find((one) => one === SecretId || one.split(":secret:")[1]?.replace(/-local0$/, "") === SecretId);
    requireGrant(call.fn, "secretsmanager:GetSecretValue", arn ?? SecretId);
    const SecretString = arn && secretOf(arn);
    if (!SecretString) {
      const missing = arn ? " value for staging label: AWSCURRENT" : ".";
      throw new AwsError("ResourceNotFoundException", `Secrets Manager can't find the specified secret${missing}`);
    }
    const answer = { ARN: arn, Name: SecretId, SecretString, VersionId: "local", VersionStages: ["AWSCURRENT"] };
    return { status: 200, headers: { "content-type": "application/x-amz-json-1.1" }, body: JSON.stringify(answer) };
  };
}
