import type { Actor } from "@clearing/domain/audit";
import type { Instant } from "@clearing/domain/time";
import type { Gateway, Metadata } from "@clearing/payments";
import type { ActionContext } from "@clearing/store/action-context";
import type { Store } from "@clearing/store/store";

/** What a use case needs that may call Stripe. `site` names this installation at Stripe. */
export type Services = {
  store: Store;
  gateway: Gateway;
  ids: { next(prefix: string): string };
  clock: { now(): Instant };
  site: { stage: string; publicUrl: string };
};

/** Stripe forgets an idempotency key after a day at the earliest: until then an unknown outcome is replayed. */
export const replayableHours = 23;

/** What nobody asked for: a deadline, a webhook, a poll. */
export const system: Actor = { sub: "system", role: "system" };

export const occasionFor = ({ clock }: Services, action: string, actor: Actor = system): ActionContext => ({
  actor,
  action,
  now: clock.now(),
});

export type AttemptRef = { bookingId: string; attemptId: string };

/** Metadata leads back from Stripe's objects to the attempt that made them, in this installation only. */
export const attemptMetadata = (
  { site }: Services,
  { id, bookingId, dueId, correlationId }: AttemptNamed,
): Metadata => ({
  app: "clearing",
  stage: site.stage,
  bookingId,
  ...(dueId !== undefined && { dueId }),
  attemptId: id,
  // As it was stored with the attempt: a repetition under its key has to ask for the same.
  ...(correlationId !== undefined && { correlationId }),
});

/** What an attempt to collect a due, or to save a method, is known by. */
type AttemptNamed = { id: string; bookingId: string; dueId?: string; correlationId?: string };

/** The same context for what an attempt has led to: its events and log lines carry the id under which it was made. */
export const continuing = (services: Services, { correlationId }: Pick<AttemptNamed, "correlationId">): Services =>
  correlationId === undefined ? services : { ...services, store: { ...services.store, correlationId } };

/** The booking that an object of Stripe's names; null for what belongs to another system on the account. */
export function bookingNamed({ site }: Services, { app, stage, bookingId }: Metadata): string | null {
  return app === "clearing" && stage === site.stage && bookingId ? bookingId : null;
}

/**
 * The attempt that an object of Stripe's names, or null. Metadata can be copied and edited: it leads to the attempt,
 * and whether the object is the attempt's own is for the attempt's own session to say.
 */
export function attemptNamed(services: Services, metadata: Metadata): AttemptRef | null {
  const bookingId = bookingNamed(services, metadata);
  const { attemptId } = metadata;
  return bookingId === null || !attemptId ? null : { bookingId, attemptId };
}
