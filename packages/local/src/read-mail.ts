import type { MailEvents, MailIdentity } from "./mail-and-secrets.ts";
import { fail, read } from "./resource.ts";
import type { Template } from "./template.ts";
import { defaultBus } from "./topology.ts";

/** The template's sender identities, and the mail events that go to the default bus. */
export function readMail(template: Template): { identities: MailIdentity[]; events: MailEvents[] } {
  const identities = template.ofType("AWS::SES::EmailIdentity").map((identity) => {
    type Properties = { ConfigurationSetAttributes?: { ConfigurationSetName?: string } };
    const { ConfigurationSetAttributes: attributes } = read<Properties>(identity);
    return { name: identity.name, configurationSet: attributes?.ConfigurationSetName };
  });
  const events = template.ofType("AWS::SES::ConfigurationSetEventDestination").flatMap((destination) => {
    type Told = { Enabled?: boolean; MatchingEventTypes: string[]; EventBridgeDestination?: { EventBusArn: string } };
    const { ConfigurationSetName: configurationSet, EventDestination: told } = read<{
      ConfigurationSetName: string;
      EventDestination: Told;
    }>(destination);
    if (told.EventBridgeDestination?.EventBusArn !== defaultBus.arn)
      fail(destination, "SES supports only the default bus");
    const types = told.MatchingEventTypes.map((type) => type.toUpperCase());
    return told.Enabled === false ? [] : [{ configurationSet, types }];
  });
  return { identities, events };
}
