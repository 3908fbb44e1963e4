import type { BusEvent } from "@clearing/runtime/consumer";
import type { Deps } from "@clearing/runtime/deps";
import { noteUndeliverable } from "@clearing/store/undeliverable";

type Feedback = {
  destination: readonly string[];
  isPermanent: boolean;
  kind: "bounced" | "complained";
  bookingId: string | null;
};

/**
 * Notes that an address bounced permanently or reported our mail as spam. A full mailbox or a server that is down says
 * nothing about the address.
 */
export async function noteFeedback({ data, occurredAt: at }: BusEvent, deps: Deps): Promise<string> {
  const { destination, isPermanent, kind, bookingId } = data as Feedback;
  deps.log.info("mail bounced or reported as spam", { bookingId, kind, isPermanent });
  if (!isPermanent) return "may_pass";
  for (const email of destination) await noteUndeliverable(deps.store, email, { kind, at });
  deps.log.metric("MailUndeliverable", 1, "Count");
  return "address_noted";
}
