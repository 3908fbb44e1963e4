import { CfnOutput } from "aws-cdk-lib";
import { EventBus, type IEventBus } from "aws-cdk-lib/aws-events";
import {
  ConfigurationSet,
  EmailIdentity,
  EmailSendingEvent,
  EventDestination,
  Identity,
  SuppressionReasons,
} from "aws-cdk-lib/aws-ses";
import { Construct } from "constructs";
import type { Settings } from "../settings.ts";

/** SES publishes to the account's default bus alone. */
export const defaultBus = (scope: Construct): IEventBus => EventBus.fromEventBusName(scope, "default-bus", "default");

/**
 * What mails are sent with: the domain's identity at SES, and a configuration set that tells of bounces and complaints and
 * sends no more to an address that had one.
 */
export class Mail extends Construct {
  readonly configurationSetName: string;
  /** Undefined where the stage has no domain: its mails are kept. */
  readonly from: string | undefined;

  constructor(scope: Construct, id: string, { stage, mailDomain, mailIdentity }: Settings) {
    super(scope, id);
    this.configurationSetName = `clearing-${stage}`;
    const configurationSet = new ConfigurationSet(this, "configuration", {
      configurationSetName: this.configurationSetName,
      reputationMetrics: true,
      suppressionReasons: SuppressionReasons.BOUNCES_AND_COMPLAINTS,
    });
    configurationSet.addEventDestination("feedback", {
      destination: EventDestination.eventBus(defaultBus(this)),
      events: [EmailSendingEvent.BOUNCE, EmailSendingEvent.COMPLAINT],
    });
    if (mailDomain === undefined) return;
    this.from = `no-reply@${mailDomain}`;
    // One that exists already, as of another stage, stays what it is: nothing of it is in the template.
    if (mailIdentity === "existing") return;
    const identity = new EmailIdentity(this, "identity", { identity: Identity.domain(mailDomain), configurationSet });
    for (const [index, { name, value }] of identity.dkimRecords.entries()) {
      new CfnOutput(scope, `MailRecord${index + 1}`, { value: `${name} CNAME ${value}` });
    }
  }
}
