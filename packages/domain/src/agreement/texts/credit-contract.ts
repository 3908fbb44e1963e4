/** The agreement's terms on credit outside the disclosure. Raise `version` with every change of its words. */
export default {
  version: 4,
  title: "Paying over time",
  withInterest:
    "We charge simple interest of {rate}% a year on the principal, which is the part of the amount financed that you have not paid yet. Each monthly payment covers one month of interest, at one-twelfth of that rate, and part of the principal.",
  withoutInterest: "These payments carry no interest.",
  prepayment: "You may pay early, in part or in full, at any time without a penalty.",
  prepaymentOfInterest: "Once you have paid everything, you owe no further interest.",
  missedPayment:
    "If you miss a payment, it stays due, and we may add any late charge disclosed above. A missed payment does not make later payments due early, and it does not increase your interest.",
  cancellable:
    "Because you may cancel as described below, the law might not treat this plan as credit. We give you the federal disclosure in any case.",
  /** Verbatim from 16 CFR 433.2(a). */
  holderNotice:
    "NOTICE: ANY HOLDER OF THIS CONSUMER CREDIT CONTRACT IS SUBJECT TO ALL CLAIMS AND DEFENSES WHICH THE DEBTOR COULD ASSERT AGAINST THE SELLER OF GOODS OR SERVICES OBTAINED PURSUANT HERETO OR WITH THE PROCEEDS HEREOF. RECOVERY HEREUNDER BY THE DEBTOR SHALL NOT EXCEED AMOUNTS PAID BY THE DEBTOR HEREUNDER.",
} as const;
