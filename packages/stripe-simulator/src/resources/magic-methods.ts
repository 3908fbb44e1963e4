import { accounts, type MagicBank } from "./test-accounts.ts";
import { cards, type MagicCard } from "./test-cards.ts";

/** A test payment method, whose id determines the behavior of its bank. */
export type Magic = MagicCard | MagicBank;
type Found = { name: string; magic: Magic };

const methods: Readonly<Record<string, Magic>> = { ...cards, ...accounts };
const aliases: Record<string, string> = {
  pm_card_alwaysAuthenticate: "pm_card_authenticationRequired",
  pm_card_authenticationRequiredAlwaysAuthenticate: "pm_card_authenticationRequired",
};

export const last4Of = ({ number }: Magic): string => number.slice(-4);

/** Finds a magic method by its id (`pm_card_visa_chargeDeclined` is `pm_card_chargeDeclined`) or its token (`tok_visa`). */
export function findMagic(id: string): Found | undefined {
  const asMethod = id.replace(/^tok_/, "pm_card_");
  const name = [asMethod, aliases[asMethod] ?? "", asMethod.replace(/^pm_card_visa_/, "pm_card_")].find((candidate) =>
    Object.hasOwn(methods, candidate),
  );
  const magic = name === undefined ? undefined : methods[name];
  return name === undefined || magic === undefined ? undefined : { name, magic };
}

export function findAccountByNumber(number: string): Found | undefined {
  const found = Object.entries(accounts).find(([, magic]) => magic.number === number);
  return found && { name: found[0], magic: found[1] };
}

/** The methods that the hosted page offers, with labels for a person. */
export const offeredTypes: readonly { id: string; label: string }[] = [
  { id: "pm_card_visa", label: "Visa •••• 4242: succeeds" },
  { id: "pm_card_mastercard", label: "Mastercard •••• 4444: succeeds" },
  { id: "pm_card_authenticationRequired", label: "Visa •••• 3184: asks for 3-D Secure" },
  { id: "pm_card_chargeDeclined", label: "Visa •••• 0002: declined" },
  { id: "pm_card_chargeDeclinedInsufficientFunds", label: "Visa •••• 9995: insufficient funds" },
  { id: "pm_card_chargeDeclinedExpiredCard", label: "Visa •••• 0069: expired" },
  { id: "pm_card_chargeDeclinedIncorrectCvc", label: "Visa •••• 0127: wrong security code" },
  { id: "pm_card_chargeCustomerFail", label: "Visa •••• 0341: can be saved, then declines every payment" },
  { id: "pm_card_refundFail", label: "Visa •••• 5126: succeeds, its refund fails a day later" },
  { id: "pm_card_pendingRefund", label: "Visa •••• 7726: succeeds, its refund stays pending for a day" },
  { id: "pm_usBankAccount_success", label: "Bank account •••• 6789: settles after 4 days" },
  { id: "pm_usBankAccount_insufficientFunds", label: "Bank account •••• 2227: fails after 2 days" },
  { id: "pm_usBankAccount_microdeposits", label: "Bank account •••• 9999: has to be verified by micro-deposits" },
  { id: "pm_usBankAccount_processing", label: "Bank account •••• 0009: never leaves processing" },
];
