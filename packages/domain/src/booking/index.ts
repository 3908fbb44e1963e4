export * from "./admission.ts";
export * from "./attempt.ts";
export * from "./attempt-transitions.ts";
export * from "./autopay.ts";
export * from "./begin-tries.ts";
export * from "./billing.ts";
export * from "./booking.ts";
export * from "./cancellation.ts";
export * from "./card-tries.ts";
export { type Charge, type PaidWith, undelivered } from "./charge.ts";
export { usableMethod } from "./chargeable-method.ts";
export * from "./checkout.ts";
export * from "./clearance.ts";
export { setCollection } from "./collection-pause.ts";
export { collectionAt } from "./collection-time.ts";
export * from "./completion.ts";
export * from "./confirmation.ts";
export * from "./deadline.ts";
export { noticeVariedDebits } from "./debit-notice.ts";
export * from "./decide-settlement.ts";
export * from "./deferral.ts";
export * from "./due.ts";
export {
  type ByClient,
  type CollectionNews,
  collectionNews,
  type DueNews,
  datesToConfirm,
  deferralNews,
  dueNews,
  isDatedByConfirmation,
  lateNews,
  namesPayments,
  noticeNews,
} from "./due-news.ts";
export * from "./ending.ts";
export * from "./ending-rule.ts";
export * from "./evaluation.ts";
export * from "./hold.ts";
export { addLateCharges } from "./late-charge.ts";
export * from "./late-money.ts";
export * from "./limits.ts";
export * from "./linked-until.ts";
export * from "./listing.ts";
export { type LossAtStripe, loseMethod, updateMethod } from "./lost-method.ts";
export {
  decideSetup,
  isSetupFor,
  isSetupOpen,
  isSetupUnderWay,
  type MethodSetup,
  mayHaveSetup,
  requestSetup,
  type SetupOutcome,
  type SetupRefusal,
  setupRefusal,
} from "./method-setup.ts";
export * from "./news.ts";
export { type NextPayment, nextChargeAt, nextPayment } from "./next-payment.ts";
export * from "./next-step.ts";
export { nextTryAt } from "./next-try.ts";
export * from "./next-version.ts";
export { type AnnouncedCancellation, announcedCancellations, isToCancel, mayBeCancelledUnpaid } from "./non-payment.ts";
export { isReminded, isRemindedOfAll } from "./notice-plan.ts";
export { sendNotices } from "./notices.ts";
export * from "./outlook.ts";
export * from "./participant.ts";
export {
  acceptInvitation,
  type CorrectionRefusal,
  correctParticipant,
  hasAccepted,
  isToSignAgain,
  mayDecline,
} from "./participation.ts";
export { isPaused } from "./pause.ts";
export { methodPageRefusal, type PayPage, type PlannedCharge, payPageOf } from "./pay-page.ts";
export * from "./payment-methods.ts";
export type { PaymentOutcome } from "./payment-outcome.ts";
export { type Payoff, payoffOn, refusePayoff } from "./payoff.ts";
export { receiptsOf } from "./receipts.ts";
export * from "./refund.ts";
export * from "./refund-by-hand.ts";
export * from "./refund-outcome.ts";
export * from "./refund-request.ts";
export * from "./refund-spread.ts";
export * from "./relation.ts";
export * from "./removal.ts";
export { statusOn } from "./resting.ts";
export * from "./return-in-full.ts";
export * from "./settle-deposit.ts";
export type { PlaceMove, Settlement, SettlementState } from "./settlement.ts";
export * from "./signing.ts";
export * from "./standing.ts";
export * from "./stray-payment.ts";
export { openCollectionTasks } from "./tasks.ts";
export * from "./transitions.ts";
export { waiveDue } from "./waiver.ts";
export { wasLateFor } from "./when-due.ts";
