import { hasCome, type Instant } from "../time/index.ts";
import { type Booking, type BookingChange, bookingEvent } from "./booking.ts";
import { collectionAt } from "./collection-time.ts";
import { type Due, dueEventData, type Task } from "./due.ts";
import { nextVersion } from "./next-version.ts";
import { openTasks } from "./task-rule.ts";

/** Opens a task for each due with no automatic step left, once per task. Null if there is nothing to open. */
export function openCollectionTasks(before: Booking, now: Instant): BookingChange | null {
  const { timeZone } = before.terms;
  const opened: { due: Due; task: Task }[] = [];
  const dues = before.dues.map((due): Due => {
    const come = openTasks(before, due, now).filter(({ date }) => hasCome(collectionAt(date, timeZone), now));
    if (come.length === 0) return due;
    const { dueOn, tasks = [] } = due;
    const told = come.map(({ reason }): Task => ({ reason, dueOn }));
    opened.push(...told.map((task) => ({ due, task })));
    return { ...due, tasks: [...tasks.filter((one) => one.dueOn === dueOn), ...told] };
  });
  if (opened.length === 0) return null;
  return nextVersion(before, now, { dues }, (booking) => ({
    events: opened.map(({ due, task }) =>
      bookingEvent(booking, "CollectionTaskOpened", { ...dueEventData(due, booking), reason: task.reason }),
    ),
    journal: [],
  }));
}
