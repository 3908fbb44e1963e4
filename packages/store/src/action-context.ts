import type { Actor } from "@clearing/domain/audit";
import type { Instant } from "@clearing/domain/time";

/**
 * The context of a change for the audit log: who acts, by which action, when and, if the action requires one, the
 * reason.
 */
export type ActionContext = { actor: Actor; action: string; now: Instant; reason?: string };
