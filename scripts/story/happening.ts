/** One thing that happened, to the second. `correlationId` is that of the request or sweep that caused it; null if unknown. */
export type Happening = {
  at: string;
  kind: "request" | "decision" | "event" | "entry" | "mail" | "stripe" | "log";
  correlationId: string | null;
  title: string;
  detail: unknown;
};
