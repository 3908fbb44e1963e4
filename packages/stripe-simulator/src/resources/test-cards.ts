import { type Decline, declineTable } from "./declines.ts";

export type Authentication =
  | "never"
  /** For every on-session payment; an off-session one is declined. */
  | "always"
  /** Always on session; off session only if the card was not set up for it. */
  | "unless_set_up"
  /** On session only. */
  | "on_session";
export type MagicCard = {
  type: "card";
  brand: string;
  number: string;
  funding: "credit" | "debit" | "prepaid";
  charge: Decline | null;
  /** Cards that fail at once cannot be attached or set up either; the `chargeCustomerFail` ones can. */
  attach: Decline | null;
  authentication: Authentication;
  /** The result of a refund: `pending` succeeds a day later, `fails` is returned a day later. */
  refund: "succeeds" | "pending" | "fails";
  /** Whether the money is available at once. */
  available: boolean;
};

const card = (brand: string, number: string, change: Partial<MagicCard> = {}): MagicCard => ({
  type: "card",
  brand,
  number: number.replaceAll(" ", ""),
  funding: "credit",
  charge: null,
  attach: null,
  authentication: "never",
  refund: "succeeds",
  available: false,
  ...change,
});
const visa = (number: string, change?: Partial<MagicCard>) => card("visa", number, change);
const failing = (number: string, decline: Decline) => visa(number, { charge: decline, attach: decline });

/**
 * Stripe's test cards with the behavior of each bank. Those for countries, disputes, and address and security code
 * checks are left out. Source: docs.stripe.com/testing.
 */
export const cards: Readonly<Record<string, MagicCard>> = {
  pm_card_visa: visa("4242 4242 4242 4242"),
  pm_card_us: visa("4242 4242 4242 4242"),
  pm_card_visa_debit: visa("4000 0566 5566 5556", { funding: "debit" }),
  pm_card_mastercard: card("mastercard", "5555 5555 5555 4444"),
  pm_card_mastercard_debit: card("mastercard", "5200 8282 8282 8210", { funding: "debit" }),
  pm_card_mastercard_prepaid: card("mastercard", "5105 1051 0510 5100", { funding: "prepaid" }),
  pm_card_amex: card("amex", "3714 496353 98431"),
  pm_card_discover: card("discover", "6011 0009 9013 9424"),
  pm_card_diners: card("diners", "3852 000002 3237"),
  pm_card_jcb: card("jcb", "3566 0020 2036 0505"),
  pm_card_unionpay: card("unionpay", "6200 0000 0000 0005"),
  pm_card_bypassPending: visa("4000 0000 0000 0077", { available: true }),
  pm_card_chargeCustomerFail: visa("4000 0000 0000 0341", { charge: declineTable.generic }),
  pm_card_radarBlock: failing("4100 0000 0000 0019", declineTable.fraudulent),
  pm_card_chargeDeclined: failing("4000 0000 0000 0002", declineTable.generic),
  pm_card_chargeDeclinedInsufficientFunds: failing("4000 0000 0000 9995", declineTable.insufficientFunds),
  pm_card_chargeDeclinedLostCard: failing("4000 0000 0000 9987", declineTable.lostCard),
  pm_card_chargeDeclinedStolenCard: failing("4000 0000 0000 9979", declineTable.stolenCard),
  pm_card_chargeDeclinedExpiredCard: failing("4000 0000 0000 0069", declineTable.expiredCard),
  pm_card_chargeDeclinedIncorrectCvc: failing("4000 0000 0000 0127", declineTable.incorrectCvc),
  pm_card_chargeDeclinedProcessingError: failing("4000 0000 0000 0119", declineTable.processingError),
  pm_card_chargeDeclinedVelocityLimitExceeded: failing("4000 0000 0000 6975", declineTable.velocityLimit),
  // Not one of Stripe's: the most common decline of real banks has no test card.
  pm_card_chargeDeclinedDoNotHonor: failing("4000 0000 0000 0010", declineTable.doNotHonor),
  pm_card_authenticationRequired: visa("4000 0027 6000 3184", { authentication: "always" }),
  pm_card_authenticationRequiredOnSetup: visa("4000 0025 0000 3155", { authentication: "unless_set_up" }),
  pm_card_authenticationRequiredSetupForOffSession: visa("4000 0038 0000 0446", { authentication: "on_session" }),
  pm_card_authenticationRequiredChargeDeclinedInsufficientFunds: visa("4000 0082 6000 3178", {
    authentication: "unless_set_up",
    charge: declineTable.insufficientFunds,
  }),
  pm_card_threeDSecure2Required: visa("4000 0000 0000 3220", { authentication: "unless_set_up" }),
  pm_card_threeDSecureRequired: visa("4000 0000 0000 3063", { authentication: "unless_set_up" }),
  pm_card_threeDSecureRequiredChargeDeclined: visa("4000 0084 0000 1629", {
    authentication: "always",
    charge: declineTable.generic,
  }),
  pm_card_threeDSecureRequiredProcessingError: visa("4000 0084 0000 1280", {
    authentication: "always",
    charge: declineTable.processingError,
  }),
  pm_card_threeDSecureOptional: visa("4000 0000 0000 3055"),
  pm_card_pendingRefund: visa("4000 0000 0000 7726", { refund: "pending" }),
  pm_card_refundFail: visa("4000 0000 0000 5126", { refund: "fails" }),
};
