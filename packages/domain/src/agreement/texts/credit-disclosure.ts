/**
 * The federal disclosure of consumer credit and the itemization of the amount financed. The descriptive phrases follow
 * 12 CFR 1026.18 and the model forms H-2 and H-3. Raise `version` with every change of its words.
 */
export default {
  version: 9,
  title: "Federal Truth in Lending disclosure",
  creditor: "Creditor: {creditor}",
  date: "Date: {date}",
  annualPercentageRate: {
    name: "ANNUAL PERCENTAGE RATE",
    phrase: "The cost of your credit as a yearly rate.",
  },
  financeCharge: {
    name: "FINANCE CHARGE",
    phrase: "The dollar amount the credit will cost you.",
    /** In a currency other than US dollars. */
    phraseOfOther: "The amount the credit will cost you.",
  },
  amountFinanced: {
    name: "Amount financed",
    phrase: "The amount of credit provided to you or on your behalf.",
  },
  totalOfPayments: {
    name: "Total of payments",
    phrase: "The amount you will have paid when you have made all scheduled payments.",
  },
  totalSalePrice: {
    name: "Total sale price",
    phrase: "The total price of your purchase on credit, including your down payment of {downPayment}.",
  },
  schedule: {
    intro: "Your payment schedule will be:",
    count: "Number of payments",
    amount: "Amount of payments",
    when: "When payments are due",
    monthly: "Monthly on the {day}, beginning {date}",
    monthlyAtEnd: "Monthly on the {day}, or on the last day of a shorter month, beginning {date}",
  },
  latePayment: {
    name: "Late payment:",
    none: "There is no late charge.",
    charged: "If a payment is {late}, you will be charged {amount}.",
    chargedAtMost:
      "If a payment is {late}, you will be charged {amount}, but no more than {percent}% of the unpaid part of that payment.",
    late: "late",
    lateAfterGrace: "more than {grace} late",
  },
  prepayment: {
    name: "Prepayment:",
    withoutInterest: "If you pay off early, you will not have to pay a penalty.",
    withInterest:
      "If you pay off early, you will not have to pay a penalty, and you will not owe interest for any time after the payoff.",
  },
  security: {
    name: "Security:",
    none: "You are not giving a security interest.",
  },
  contractReference:
    "See the agreement below for any additional information about nonpayment, default, any required repayment in full before the scheduled date, and prepayment refunds and penalties.",
  itemization: {
    title: "Itemization of the amount financed",
    several: "{item} ({quantity})",
    cashPrice: "Cash price",
    downPayment: "Down payment (your deposit)",
    amountFinanced: "Amount financed",
    credited:
      "We credit the whole amount financed, {amount}, to your account with us for this booking. There is no prepaid finance charge.",
  },
} as const;
