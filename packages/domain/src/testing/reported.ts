import type { DomainEvent } from "../event/index.ts";
import type { Life } from "./life.ts";

/** The subject of an event on a life's booking. */
export const about = (life: Life, version = life.booking.version) => ({ type: "booking", id: "bkg_1", version });

/** An event on a life's current booking; `data` comes in addition to the booking's ids and status. */
export const event = (life: Life, name: string, data: Record<string, unknown>) => ({
  name,
  subject: about(life),
  data: { bookingId: "bkg_1", cohortId: "coh_1", status: life.booking.status, ...data },
});

/** The events that a step of a life reports, and the references of the entries that it posts. */
export function reported(life: Life, step: (life: Life) => unknown): { events: DomainEvent[]; references: string[] } {
  const [events, entries] = [life.events.length, life.journal.length];
  step(life);
  return {
    events: life.events.slice(events),
    references: life.journal.slice(entries).map(({ reference }) => reference),
  };
}
