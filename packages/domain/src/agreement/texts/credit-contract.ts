/** The agreement's terms on credit outside the disclosure. Raise `version` with every change of its words. */
export default {
  version: 8,
  title: "Paying over time",
  withInterest:
    "We charge simple interest of {rate}% a year on the scheduled unpaid principal, which is the part of the amount financed that is still unpaid if you make each payment on its due date. Each monthly payment covers one month of interest, at one-twelfth of that rate, and part of the principal.",
  /** Where no disclosure names the amount financed. */
  withInterestUndisclosed:
    "We charge simple interest of {rate}% a year on the scheduled unpaid principal, which is the part of the total price, less the deposit, that is still unpaid if you make each payment on its due date. Each monthly payment covers one month of interest, at one-twelfth of that rate, and part of the principal.",
  withoutInterest: "These payments carry no interest.",
  prepayment: "You may pay early, in part or in full, at any time without a penalty.",
  prepaymentOfInterest:
    "If you pay only part early, the interest in your scheduled payments does not change. If you pay off everything early, you owe interest only up to the day of the payoff, and we credit or refund any interest that you paid for later days.",
  missedPayment: "If you miss a payment, you still owe it.",
  /** Where the agreement's payments state the late charge, and when it is due. */
  lateCharge: "We add the late charge stated above.",
  /** Where the disclosure states the late charge. */
  lateChargeDisclosed:
    "We add the late charge stated above, once for each late payment. The late charge is due ten days after we add it. We do not charge it automatically.",
  afterwards: "A missed payment does not make later payments due early.",
  afterwardsWithInterest:
    "A missed payment does not make later payments due early, and it does not increase your interest.",
  disclosed: "We include the federal Truth in Lending disclosure above even where the law may not require it.",
  /** Verbatim from 16 CFR 433.2(a). */
  holderNotice:
    "NOTICE: ANY HOLDER OF THIS CONSUMER CREDIT CONTRACT IS SUBJECT TO ALL CLAIMS AND DEFENSES WHICH THE DEBTOR COULD ASSERT AGAINST THE SELLER OF GOODS OR SERVICES OBTAINED PURSUANT HERETO OR WITH THE PROCEEDS HEREOF. RECOVERY HEREUNDER BY THE DEBTOR SHALL NOT EXCEED AMOUNTS PAID BY THE DEBTOR HEREUNDER.",
} as const;
