export * from "./attempt.ts";
export * from "./booking.ts";
export * from "./cancellation.ts";
export * from "./completion.ts";
export * from "./confirmation.ts";
export * from "./deadline.ts";
export * from "./due.ts";
export * from "./hold.ts";
export * from "./limits.ts";
export * from "./participant.ts";
export { acceptInvitation, correctParticipant, mayDecline } from "./participation.ts";
export {
  type PaymentOutcome,
  type PlaceMove,
  returnInFull,
  revive,
  type Settlement,
  type SettlementState,
} from "./payment.ts";
export * from "./refund.ts";
export * from "./refund-by-hand.ts";
export * from "./refund-spread.ts";
export * from "./relation.ts";
export * from "./removal.ts";
export * from "./settlement.ts";
export * from "./standing.ts";
export * from "./stray-payment.ts";
export * from "./transitions.ts";
