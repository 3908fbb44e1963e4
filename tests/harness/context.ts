import type { Services } from "@clearing/commands/services";
import type { Instant } from "@clearing/domain/time";
import type { Gateway } from "@clearing/payments";
import type { Store } from "@clearing/store/store";
import { ids } from "./store.ts";

/** The services of a command at an instant. The gateway has only the methods that a test supplies. */
export const contextAt = (store: Store, gateway: Partial<Gateway>, now: Instant | (() => Instant)): Services => ({
  store,
  gateway: gateway as Gateway,
  ids,
  clock: { now: typeof now === "string" ? () => now : now },
  site: { stage: "test", publicUrl: "https://example.org" },
});
