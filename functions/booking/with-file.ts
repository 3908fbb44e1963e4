import { bookingView } from "@clearing/contracts/views/booking";
import type { Booking, Person } from "@clearing/domain/booking";
import type { Instant } from "@clearing/domain/time";
import type { CommandContext } from "@clearing/runtime/command";
import { type BookingFile, readFile } from "@clearing/store/booking-file";
import type { IdempotencyRecord } from "@clearing/store/idempotency";

/** The answer of every command on a booking: the booking as its caller may see it. */
export const bookingAnswer = ({ booking, clearance }: BookingFile, { now, person }: { now: Instant; person: Person }) =>
  bookingView(booking, clearance, now, person);

type Refused = { ok: false; reason: string };

/**
 * Runs `act` on a booking if the caller may act on it; otherwise answers `not_found`. `act` gets a function that makes
 * the idempotency record from the changed booking, with the clearance as read.
 */
export async function withFile<No extends Refused>(
  { deps, person, answer }: CommandContext<BookingFile>,
  bookingId: string,
  may: (person: Person, booking: Booking) => boolean,
  act: (
    file: BookingFile,
    answer: (booking: Booking) => IdempotencyRecord | null,
  ) => Promise<{ ok: true; booking: Booking } | No>,
): Promise<({ ok: true } & BookingFile) | No | { ok: false; reason: "not_found" }> {
  const file = await readFile(deps.store, bookingId);
  if (file === null || !may(person, file.booking)) return { ok: false, reason: "not_found" };
  const { clearance } = file;
  const done = await act(file, (booking) => answer({ booking, clearance }));
  return done.ok ? { ok: true, booking: done.booking, clearance } : done;
}
