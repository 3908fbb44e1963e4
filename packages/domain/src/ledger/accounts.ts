export type AccountClass = "assets" | "liabilities" | "income" | "expenses";

/** The default chart of accounts, each with its class. The operator's accountant may map the names. */
export const chartOfAccounts = {
  receivable: "assets",
  financing_receivable: "assets",
  stripe_balance: "assets",
  payouts_in_transit: "assets",
  bank: "assets",
  disputes_held: "assets",
  deferred_revenue: "liabilities",
  refunds_payable: "liabilities",
  customer_credit: "liabilities",
  tax_payable: "liabilities",
  suspense: "liabilities",
  earned_revenue: "income",
  interest_income: "income",
  fee_income: "income",
  processing_fees: "expenses",
  bad_debt: "expenses",
} as const satisfies Record<string, AccountClass>;

export type Account = keyof typeof chartOfAccounts;
