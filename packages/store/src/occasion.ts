import type { Actor } from "@clearing/domain/audit";
import type { Instant } from "@clearing/domain/time";

/** Who changes something, by which action, and when: what the audit log says of the change. */
export type Occasion = { actor: Actor; action: string; now: Instant };
