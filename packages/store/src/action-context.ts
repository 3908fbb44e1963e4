import type { Actor } from "@clearing/domain/audit";
import type { Instant } from "@clearing/domain/time";

/** Who changes something, by which action, when, and, where it has to be said, why: what the audit log says of the change. */
export type ActionContext = { actor: Actor; action: string; now: Instant; reason?: string };
