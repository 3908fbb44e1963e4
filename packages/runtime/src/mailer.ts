import { SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import { keepMail } from "@clearing/store/kept-mail";
import type { Store } from "@clearing/store/store";
import { awsClient } from "./aws.ts";
import type { Config } from "./config.ts";

/**
 * One mail to one address. `id` stays the same on a retry. `tags` come back with a bounce: ids of letters, digits, `_`
 * and `-`, never a name or an address.
 */
export type Mail = {
  id: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  tags: Readonly<Record<string, string>>;
};

/**
 * `kept`: the stage sends no mail and stores it instead. `refused`: the mail service will never accept this mail (a
 * malformed address, a virus). `recipient_not_verified`: SES is in its sandbox and does not know the recipient. Outages
 * throw.
 */
export type MailOutcome = "sent" | "kept" | "refused" | "recipient_not_verified";

export type Mailer = { send(mail: Mail): Promise<MailOutcome> };

/**
 * Sends through SES if the stage has a mail domain; otherwise stores mails in the core table, where they can be read.
 */
export function openMailer(config: Config, store: Store): Mailer {
  const { mailFrom } = config;
  if (mailFrom !== undefined) return sesMailer(config, mailFrom);
  return {
    async send(mail) {
      await keepMail(store, mail);
      return "kept";
    },
  };
}

const refusals = new Set(["MessageRejected", "BadRequestException"]);
/** SES also answers `MessageRejected` for problems of our account: the sandbox, or paused sending. */
const ours = /sandbox|suspended|paused/i;
/** The unverified identities follow a colon: the sender's and, in the sandbox, each recipient's. */
const unverifiedIdentity = /not verified(?:.*failed the check[^:]*:(?<identities>.*))?/is;

type Names = Pick<Config, "merchantName" | "supportEmail" | "mailConfigurationSet">;

/**
 * Sends mail through SES from the operator's address, under its name; replies go to its support address. Delivery is at
 * least once: a lost answer is retried.
 */
export function sesMailer(config: Names, mailFrom: string, client = new SESv2Client(awsClient)): Mailer {
  return {
    async send({ to, subject, text, html, tags }) {
      const content = (data: string) => ({ Data: data, Charset: "UTF-8" });
      const command = new SendEmailCommand({
        FromEmailAddress: `${displayName(config.merchantName)} <${mailFrom}>`,
        ReplyToAddresses: [config.supportEmail],
        Destination: { ToAddresses: [to] },
        ConfigurationSetName: config.mailConfigurationSet,
        EmailTags: Object.entries(tags).map(([Name, Value]) => ({ Name, Value })),
        Content: {
          Simple: { Subject: content(subject), Body: { Text: content(text), Html: content(html) } },
        },
      });
      try {
        await client.send(command);
        return "sent";
      } catch (error) {
        if (!(error instanceof Error) || !refusals.has(error.name) || ours.test(error.message)) throw error;
        const unverified = unverifiedIdentity.exec(error.message);
        if (unverified === null) return "refused";
        const identities = unverified.groups?.identities?.toLowerCase() ?? "";
        const isRecipientAlone = identities.includes(to.toLowerCase()) && !identities.includes(mailFrom.toLowerCase());
        if (isRecipientAlone) return "recipient_not_verified";
        throw error;
      }
    },
  };
}

/** Bytes of text in one encoded word. An encoded word has at most 75 characters (RFC 2047), here 60 in base64. */
const wordBytes = 45;

/** A name for a mail header: quoted, or in encoded words if it is not ASCII. */
function displayName(name: string): string {
  if (/^[\x20-\x7e]*$/.test(name)) return `"${name.replace(/["\\]/g, "\\$&")}"`;
  const words: string[] = [""];
  for (const character of name) {
    const word = words.at(-1) ?? "";
    if (Buffer.byteLength(word + character) > wordBytes) words.push(character);
    else words[words.length - 1] = word + character;
  }
  return words.map((word) => `=?UTF-8?B?${Buffer.from(word).toString("base64")}?=`).join(" ");
}
