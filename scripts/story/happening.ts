/** One thing that happened. `correlationId` is the request's, or the sweep's, that led to it; null where nothing says. */
export type Happening = {
  at: string;
  kind: "request" | "decision" | "event" | "entry" | "mail" | "stripe" | "log";
  correlationId: string | null;
  title: string;
  detail: unknown;
};
