import { cohortStatuses } from "@clearing/domain/cohort";
import * as z from "zod/mini";
import { amount, calendarDate, id, timeZone } from "./fields.ts";

export const cohortResponse = () =>
  z.object({
    id: id("coh"),
    programId: id("prog"),
    status: z.enum(cohortStatuses),
    startsOn: calendarDate(),
    endsOn: calendarDate(),
    timeZone: timeZone(),
    venue: z.string(),
    currency: z.string(),
    places: z.array(z.object({ type: z.string(), price: amount(), capacity: z.int(), available: z.int() })),
  });
