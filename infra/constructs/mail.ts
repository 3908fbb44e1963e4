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

/** SES publishes only to the account's default bus. */
export const defaultBus = (scope: Construct): IEventBus => EventBus.fromEventBusName(scope, "default-bus", "default");

/**
 * The mail resources: the domain's SES identity, and a configuration set that reports bounces and complaints and
 * suppresses mail to such addresses.
 */
export class Mail extends Construct {
  readonly configurationSetName: string;
  /** Undefined if the stage has no mail domain; its mails are kept instead of sent. */
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
    // An existing identity, such as one of another stage, is not part of the template.
    if (mailIdentity === "existing") return;
    const identity = new EmailIdentity(this, "identity", { identity: Identity.domain(mailDomain), configurationSet });
    for (const [index, { name, value }] of identity.dkimRecords.entries()) {
      new CfnOutput(scope, `MailRecord${index + 1}`, { value: `${name} CNAME ${value}` });
    }
  }
}
