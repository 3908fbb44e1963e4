import { blocks, type Decline, returns } from "./declines.ts";

export type MagicBank = {
  type: "us_bank_account";
  number: string;
  /** How the account is verified: instantly by its bank, by micro-deposits, or not at all because those fail too. */
  verified: "instantly" | "by_microdeposits" | "never";
  /** Stripe refuses each debit at once. */
  blocked: Decline | null;
  /** How the debit ends: settled, failed with a code, or never. */
  debit: "succeeds" | "stays_processing" | Decline;
};

const bank = (number: string, change: Partial<MagicBank> = {}): MagicBank => ({
  type: "us_bank_account",
  number,
  verified: "instantly",
  blocked: null,
  debit: "succeeds",
  ...change,
});

/**
 * Stripe's test accounts with the result of a debit of each. Those for disputes and deactivated tokenized numbers are
 * left out. Source: docs.stripe.com/payments/ach-direct-debit/accept-a-payment#test-account-numbers.
 */
export const accounts: Readonly<Record<string, MagicBank>> = {
  pm_usBankAccount_success: bank("000123456789"),
  pm_usBankAccount_accountClosed: bank("000111111113", { debit: returns.accountClosed }),
  pm_usBankAccount_riskLevelHighest: bank("000000004954", { blocked: blocks.highestRisk }),
  pm_usBankAccount_noAccount: bank("000111111116", { debit: returns.noAccount }),
  pm_usBankAccount_insufficientFunds: bank("000222222227", { debit: returns.insufficientFunds }),
  pm_usBankAccount_debitNotAuthorized: bank("000333333335", { debit: returns.debitNotAuthorized }),
  pm_usBankAccount_invalidCurrency: bank("000444444440", { debit: returns.invalidCurrency }),
  pm_usBankAccount_failMicrodeposits: bank("000666666661", { verified: "never" }),
  pm_usBankAccount_processing: bank("000000000009", { debit: "stays_processing" }),
  pm_usBankAccount_weeklyLimitExceeded: bank("000777777771", { blocked: blocks.weeklyLimit }),
  // Not one of Stripe's: an account that cannot be verified instantly.
  pm_usBankAccount_microdeposits: bank("000999999999", { verified: "by_microdeposits" }),
};
