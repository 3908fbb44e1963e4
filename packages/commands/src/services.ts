import type { Actor } from "@clearing/domain/audit";
import type { Instant } from "@clearing/domain/time";
import type { Gateway, Metadata } from "@clearing/payments";
import type { ActionContext } from "@clearing/store/action-context";
import type { Store } from "@clearing/store/store";

/** The dependencies of use cases that may call Stripe. `site` identifies this installation in Stripe's metadata. */
export type Services = {
  store: Store;
  gateway: Gateway;
  ids: { next(prefix: string): string };
  clock: { now(): Instant };
  site: { stage: string; publicUrl: string };
};

/** Stripe keeps an idempotency key for at least a day. Within these hours an unknown outcome is replayed. */
export const replayableHours = 23;

/** The actor of work that no person requested: a deadline, a webhook, a poll. */
export const system: Actor = { sub: "system", role: "system" };

export const occasionFor = ({ clock }: Services, action: string, actor: Actor = system): ActionContext => ({
  actor,
  action,
  now: clock.now(),
});

export type AttemptRef = { bookingId: string; attemptId: string };

/** The metadata that leads from Stripe's objects back to their attempt, in this installation only. */
export const attemptMetadata = (
  { site }: Services,
  { id, bookingId, dueId, correlationId }: AttemptNamed,
): Metadata => ({
  app: "clearing",
  stage: site.stage,
  bookingId,
  ...(dueId !== undefined && { dueId }),
  attemptId: id,
  // The id stored with the attempt: a repeated request under the same key must send the same parameters.
  ...(correlationId !== undefined && { correlationId }),
});

/** The fields that identify an attempt to collect a due or to save a method. */
type AttemptNamed = { id: string; bookingId: string; dueId?: string; correlationId?: string };

/**
 * The same services under the attempt's correlation id, so that later events and log lines carry the id of the work
 * that created the attempt.
 */
export const continuing = (services: Services, { correlationId }: Pick<AttemptNamed, "correlationId">): Services =>
  correlationId === undefined ? services : { ...services, store: { ...services.store, correlationId } };

/** The booking that a Stripe object's metadata names; null if the object belongs to another system on the account. */
export function bookingNamed({ site }: Services, { app, stage, bookingId }: Metadata): string | null {
  return app === "clearing" && stage === site.stage && bookingId ? bookingId : null;
}

/**
 * The attempt that a Stripe object's metadata names, or null. Metadata can be copied and edited, so it only tells where
 * to look; the attempt's own session proves whether the object belongs to it.
 */
export function attemptNamed(services: Services, metadata: Metadata): AttemptRef | null {
  const bookingId = bookingNamed(services, metadata);
  const { attemptId } = metadata;
  return bookingId === null || !attemptId ? null : { bookingId, attemptId };
}
