/**
 * Stripe's magic test payment methods and what the bank behind each does.
 * Sources: docs.stripe.com/testing, docs.stripe.com/payments/ach-direct-debit/accept-a-payment#test-account-numbers.
 */
export type Decline = { code: string; declineCode?: string; message: string; adviceCode?: string };
export type Authentication =
  | "never"
  /** Every on-session payment; an off-session one is declined. */
  | "always"
  /** On-session always; off-session only when the card was not set up for it. */
  | "unless_set_up"
  /** On-session only. */
  | "on_session";
export type MagicCard = {
  type: "card";
  brand: string;
  last4: string;
  funding: "credit" | "debit" | "prepaid";
  charge: Decline | null;
  /** Cards that fail at once cannot be attached or set up either; the `chargeCustomerFail` ones can. */
  attach: Decline | null;
  authentication: Authentication;
  /** What becomes of a refund: `pending` succeeds a day later, `fails` is taken back a day later. */
  refund: "succeeds" | "pending" | "fails";
  /** Money that may be spent at once. */
  available: boolean;
};
export type MagicBank = {
  type: "us_bank_account";
  last4: string;
  accountNumber: string;
  /** Whether the bank lets Stripe verify the account at once; else micro-deposits do. */
  instant: boolean;
  /** How the debit ends: settled, failed with a code, or never. */
  debit: "succeeds" | "stays_processing" | Decline;
};
export type Magic = MagicCard | MagicBank;

const card = (brand: string, last4: string, change: Partial<MagicCard> = {}): MagicCard => ({
  type: "card",
  brand,
  last4,
  funding: "credit",
  charge: null,
  attach: null,
  authentication: "never",
  refund: "succeeds",
  available: false,
  ...change,
});
const bank = (accountNumber: string, debit: MagicBank["debit"], instant = true): MagicBank => ({
  type: "us_bank_account",
  last4: accountNumber.slice(-4),
  accountNumber,
  instant,
  debit,
});

const declined = (declineCode: string, adviceCode = "try_again_later"): Decline => ({
  code: "card_declined",
  declineCode,
  adviceCode,
  message: declineCode === "insufficient_funds" ? "Your card has insufficient funds." : "Your card was declined.",
});
export const DECLINES = {
  generic: declined("generic_decline"),
  insufficientFunds: declined("insufficient_funds"),
  lostCard: declined("lost_card", "do_not_try_again"),
  stolenCard: declined("stolen_card", "do_not_try_again"),
  velocityLimit: declined("card_velocity_exceeded"),
  doNotHonor: declined("do_not_honor"),
  fraudulent: declined("fraudulent", "do_not_try_again"),
  expiredCard: {
    code: "expired_card",
    declineCode: "expired_card",
    message: "Your card has expired.",
    adviceCode: "do_not_try_again",
  },
  incorrectCvc: {
    code: "incorrect_cvc",
    declineCode: "incorrect_cvc",
    message: "Your card's security code is incorrect.",
    adviceCode: "confirm_card_data",
  },
  processingError: {
    code: "processing_error",
    declineCode: "processing_error",
    message: "An error occurred while processing your card. Try again in a little bit.",
    adviceCode: "try_again_later",
  },
  authenticationRequired: {
    code: "authentication_required",
    declineCode: "authentication_required",
    message: "Your card was declined. This transaction requires authentication.",
  },
} as const satisfies Record<string, Decline>;

const failing = (last4: string, decline: Decline) => card("visa", last4, { charge: decline, attach: decline });
const returned = (code: string, message: string): Decline => ({ code, message });

/** Why a debit comes back. Source: docs.stripe.com/payments/ach-direct-debit#failed-payments. */
export const RETURNS = {
  accountClosed: returned("account_closed", "The customer's bank account has been closed."),
  noAccount: returned("no_account", "The customer's bank account could not be located."),
  insufficientFunds: returned(
    "insufficient_funds",
    "The customer's account has insufficient funds to cover this payment.",
  ),
  debitNotAuthorized: returned(
    "debit_not_authorized",
    "The customer has notified their bank that this payment was unauthorized.",
  ),
  invalidCurrency: returned("invalid_currency", "The bank was unable to process this payment because of its currency."),
} as const satisfies Record<string, Decline>;

const METHODS: Record<string, Magic> = {
  pm_card_visa: card("visa", "4242"),
  pm_card_visa_debit: card("visa", "5556", { funding: "debit" }),
  pm_card_us: card("visa", "4242"),
  pm_card_mastercard: card("mastercard", "4444"),
  pm_card_mastercard_debit: card("mastercard", "8210", { funding: "debit" }),
  pm_card_mastercard_prepaid: card("mastercard", "5100", { funding: "prepaid" }),
  pm_card_amex: card("amex", "8431"),
  pm_card_discover: card("discover", "9424"),
  pm_card_diners: card("diners", "3237"),
  pm_card_jcb: card("jcb", "0505"),
  pm_card_unionpay: card("unionpay", "0005"),
  pm_card_bypassPending: card("visa", "0077", { available: true }),
  pm_card_chargeCustomerFail: card("visa", "0341", { charge: DECLINES.generic }),
  pm_card_radarBlock: failing("0019", DECLINES.fraudulent),
  pm_card_chargeDeclined: failing("0002", DECLINES.generic),
  pm_card_chargeDeclinedInsufficientFunds: failing("9995", DECLINES.insufficientFunds),
  pm_card_chargeDeclinedLostCard: failing("9987", DECLINES.lostCard),
  pm_card_chargeDeclinedStolenCard: failing("9979", DECLINES.stolenCard),
  pm_card_chargeDeclinedExpiredCard: failing("0069", DECLINES.expiredCard),
  pm_card_chargeDeclinedIncorrectCvc: failing("0127", DECLINES.incorrectCvc),
  pm_card_chargeDeclinedProcessingError: failing("0119", DECLINES.processingError),
  pm_card_chargeDeclinedVelocityLimitExceeded: failing("6975", DECLINES.velocityLimit),
  // Not one of Stripe's: the commonest refusal of real banks has no test card.
  pm_card_chargeDeclinedDoNotHonor: failing("0010", DECLINES.doNotHonor),
  pm_card_authenticationRequired: card("visa", "3184", { authentication: "always" }),
  pm_card_authenticationRequiredOnSetup: card("visa", "3155", { authentication: "unless_set_up" }),
  pm_card_authenticationRequiredSetupForOffSession: card("visa", "0446", { authentication: "on_session" }),
  pm_card_authenticationRequiredChargeDeclinedInsufficientFunds: card("visa", "3178", {
    authentication: "always",
    charge: DECLINES.insufficientFunds,
  }),
  pm_card_threeDSecure2Required: card("visa", "3220", { authentication: "unless_set_up" }),
  pm_card_threeDSecureRequired: card("visa", "3063", { authentication: "unless_set_up" }),
  pm_card_threeDSecureRequiredChargeDeclined: card("visa", "1629", {
    authentication: "always",
    charge: DECLINES.generic,
  }),
  pm_card_threeDSecureRequiredProcessingError: card("visa", "1280", {
    authentication: "always",
    charge: DECLINES.processingError,
  }),
  pm_card_threeDSecureOptional: card("visa", "3055"),
  pm_card_pendingRefund: card("visa", "7726", { refund: "pending" }),
  pm_card_refundFail: card("visa", "5126", { refund: "fails" }),
  pm_usBankAccount_success: bank("000123456789", "succeeds"),
  pm_usBankAccount_processing: bank("000000004954", "stays_processing"),
  // Not one of Stripe's: an account that cannot be verified at once.
  pm_usBankAccount_microdeposits: bank("000999999999", "succeeds", false),
  pm_usBankAccount_accountClosed: bank("000111111113", RETURNS.accountClosed),
  pm_usBankAccount_noAccount: bank("000111111116", RETURNS.noAccount),
  pm_usBankAccount_insufficientFunds: bank("000222222227", RETURNS.insufficientFunds),
  pm_usBankAccount_debitNotAuthorized: bank("000333333335", RETURNS.debitNotAuthorized),
  pm_usBankAccount_invalidCurrency: bank("000444444440", RETURNS.invalidCurrency),
};
const ALIASES: Record<string, string> = {
  pm_card_alwaysAuthenticate: "pm_card_authenticationRequired",
  pm_card_authenticationRequiredAlwaysAuthenticate: "pm_card_authenticationRequired",
};

/** Finds a magic method by its id (`pm_card_visa_chargeDeclined` is `pm_card_chargeDeclined`) or its token (`tok_visa`). */
export function findMagic(id: string): { name: string; magic: Magic } | undefined {
  const asMethod = id.replace(/^tok_/, "pm_card_");
  const name = [asMethod, ALIASES[asMethod] ?? "", asMethod.replace(/^pm_card_visa_/, "pm_card_")].find((candidate) =>
    Object.hasOwn(METHODS, candidate),
  );
  const magic = name === undefined ? undefined : METHODS[name];
  return name === undefined || magic === undefined ? undefined : { name, magic };
}

export function findBankByNumber(accountNumber: string): { name: string; magic: Magic } | undefined {
  const found = Object.entries(METHODS).find(
    ([, magic]) => magic.type === "us_bank_account" && magic.accountNumber === accountNumber,
  );
  return found && { name: found[0], magic: found[1] };
}

/** What the hosted page offers, in a person's words. */
export const OFFERED: readonly { id: string; label: string }[] = [
  { id: "pm_card_visa", label: "Visa •••• 4242: succeeds" },
  { id: "pm_card_mastercard", label: "Mastercard •••• 4444: succeeds" },
  { id: "pm_card_authenticationRequired", label: "Visa •••• 3184: asks for 3-D Secure" },
  { id: "pm_card_chargeDeclined", label: "Visa •••• 0002: declined" },
  { id: "pm_card_chargeDeclinedInsufficientFunds", label: "Visa •••• 9995: insufficient funds" },
  { id: "pm_card_chargeDeclinedExpiredCard", label: "Visa •••• 0069: expired" },
  { id: "pm_card_chargeDeclinedIncorrectCvc", label: "Visa •••• 0127: wrong security code" },
  { id: "pm_card_refundFail", label: "Visa •••• 5126: succeeds, its refund fails a day later" },
  { id: "pm_card_pendingRefund", label: "Visa •••• 7726: succeeds, its refund stays pending for a day" },
  { id: "pm_usBankAccount_success", label: "Bank account •••• 6789: settles after 4 days" },
  { id: "pm_usBankAccount_insufficientFunds", label: "Bank account •••• 2227: fails after 2 days" },
  { id: "pm_usBankAccount_microdeposits", label: "Bank account •••• 9999: has to be verified by micro-deposits" },
  { id: "pm_usBankAccount_processing", label: "Bank account •••• 4954: never leaves processing" },
];
