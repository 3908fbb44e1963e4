/**
 * What each field of the API and of its events means, by selector: the field's name, after words that lead to it where the
 * name means something narrower there (`describe-fields.ts`). Data that only the OpenAPI document and the event schemas are
 * made from: no function loads it.
 */
export const fieldDescriptions: Readonly<Record<string, string>> = {
  // Headers
  "Idempotency-Key":
    "Makes a repeated request safe. The request takes effect once. For 30 days, a repeat with the same key returns the same successful response. The key has 1 to 255 printable ASCII characters without spaces. Use a new key, such as a UUID, for each action. The same key with a different request is refused with `idempotency_mismatch`.",
  "access-purpose":
    "Why the clinician reads or writes the clinical record: `treatment`, `payment`, `operations`, or `patient_request` for a request by the participant. The clinical access log keeps the purpose of a read. The purpose of a write is not kept.",
  "accept-encoding": "The content encodings that the client can read. The server uses `br`, `gzip` or no encoding.",
  "if-none-match":
    "The `etag` of the version that the client has. If that version is current, the response is 304 without a body.",
  "x-request-id": "Identifies this request in our logs. Include it when you report a problem.",
  "retry-after": "Seconds to wait before you send the same request again.",
  "www-authenticate": "Why the API gateway rejected the token.",
  "idempotent-replayed": "`true` if this response repeats the response to the first request with this Idempotency-Key.",
  location: "The address where the browser continues.",
  "cache-control": "How long the response may be cached, in seconds.",
  etag: "Identifies this version of the document in this encoding. Send it as `If-None-Match`.",
  vary: "The request headers that change this response.",

  // Lists
  items: "The entries of this page.",
  nextCursor: "The cursor of the next page. Send it as `cursor`. Null on the last page.",
  limit: "The largest number of entries on a page, from 1 to 100. A page can be shorter even if more pages follow.",
  "getJournal limit":
    "The largest number of entries on a JSON page, from 1 to 1,000. A page can be shorter even if more pages follow. CSV and hledger files ignore it.",
  cursor:
    "The `nextCursor` of the previous page of the same list. Leave it out for the first page. Any other value is refused.",

  // Errors
  "Problem type": "A URN that names the problem: `urn:clearing:problem:` followed by `code`.",
  "Problem title": "A short text for people. It is the same for every problem with this `code`, and may change.",
  "Problem status": "The HTTP status of the response.",
  "Problem detail":
    "A text for people that explains this occurrence. It may change. Absent if there is nothing to add.",
  "Problem code": "The stable code of the problem. Base decisions on it.",
  "Problem reason":
    "With `payment_refused`: why the payment was refused. `amount_too_large` and `amount_too_small`: the amount is outside Stripe's limits. `currency_not_supported`: Stripe does not take this currency. `method_not_available`: choose another payment method. `account_restricted`: our Stripe account cannot take payments. `email_not_accepted`: Stripe does not accept the email address. `not_accepted`: any other permanent refusal.",
  "Problem bookingId":
    "With `already_booked`: the id of the existing booking. It is returned only to that booking's payer or participant, and to admins.",
  "Problem errors": "The invalid fields of the request, at most 100, with one message per field.",
  "Problem errors path":
    "The path of the invalid field: `participant.email` in the body, and `query.limit`, `path.id` or `headers.access-purpose` elsewhere.",
  "Problem errors message": "A text for people that says how to correct the field. It may change.",
  message: "A text for people that describes the error. It may change.",

  // Programs
  "program id": "The id of the program, such as `prog_01k`.",
  programId: "The id of the program that the cohort runs.",
  "createCohort programId":
    "The id of the program that the cohort runs. An unknown program is refused with `validation_failed`.",
  "listCohorts query programId": "Lists only the cohorts of this program.",
  "program status":
    "`draft`: only admins see the program. `published`: the public sees it, and its cohorts can open. `retired`: it is no longer sold.",
  "patchProgram request status":
    "The new status. `draft` can become `published`, and `published` can become `retired`. Any other change, and retiring a program while one of its cohorts is open, is refused with `invalid_transition`.",
  name: "The name of the program, on one line.",
  publicLabel: "The name of the program for payment pages, emails and calendars. It must not name a treatment.",
  "createProgram request publicLabel":
    "The name of the program for payment pages, emails and calendars. It must not name a treatment. Without it, the label is the length of the program, such as `Seven-day program`.",
  summary: "A description of the program, as plain text with line breaks.",
  modalities: "The therapies of the program, such as `KAP` or `EMDR`, at most 20.",
  days: "The length of the program in days, counting the first and the last day.",
  healthCare: "Whether the program is offered as health care. It changes no price and no rule.",
  placeTypes: "The types of places that the program sells, at most 10, each with its price. Each type appears once.",
  "request placeTypes price":
    "The price of a place of this type before taxes, in minor units. A price that Stripe cannot charge is refused.",
  "request deposit":
    "How the deposit is computed: a fixed amount, or a percentage of the total. The deposit must be less than the lowest price, and both the deposit and the rest must be amounts that Stripe can charge.",
  deposit: "How the deposit is computed: a fixed amount, or a percentage of the total.",
  "deposit kind": "`amount`: the deposit is a fixed amount. `percent`: it is a percentage of the total.",
  "deposit amount": "The deposit in minor units.",
  "deposit percent": "The deposit as a percentage of the total, taxes included, rounded half up.",
  taxes: "The taxes that are added to the price, at most 10. Each id appears once.",
  "taxes id": "Identifies the tax within the program.",
  "taxes label": "The name of the tax on quotes and agreements.",
  "taxes rate": "The tax rate in percent, with four decimals, such as `6.8750`.",
  appliesTo: "The lines that are taxed: `place` for the place, `add_on` for the add-ons.",
  plans: "The payment plans that the program offers. Each kind appears at most once.",
  "plans kind":
    "`full`: a deposit, and the balance one day after the confirmation. `deposit_and_balance`: a deposit, and the balance a number of days before the start. `installments`: a deposit, and monthly payments that end by the first day, without a finance charge. `financed`: a deposit, and monthly payments that may run past the retreat, with interest.",
  balanceDueDaysBefore: "How many days before the first day of the cohort the balance is due.",
  "plans months": "The largest number of monthly payments after the deposit that a client can choose.",
  annualRate: "The annual interest rate in percent, with four decimals, such as `9.9900`.",
  lateCharge: "The charge for a due that is paid late. Null if there is none.",
  "lateCharge amount": "The late charge in minor units. A legal limit, a percentage of the late amount, can reduce it.",
  graceDays: "How many days after its date a due can be paid without a late charge.",
  nonPayment:
    "The notices after a due is past due, and when an unpaid booking is canceled. Null if non-payment cancels no booking.",
  noticeDays:
    "How many days after a due's date each past-due notice is sent, from 1 to 365, in ascending order. At least one; the last one is the final notice.",
  cancelDaysBefore: "How many days before the first day a booking with an unpaid due is canceled.",
  collection: "How dues are collected: retries, notices, and how far a client can move a due.",
  retryDays:
    "How many days after the first failed try the saved payment method is charged again, one number per retry, in ascending order. Retries are at 10:00 in the cohort's time zone.",
  noticeDaysBefore: "How many days before a due's date each notice is sent, in descending order.",
  moveDays: "The largest number of days by which a client may move a due. Clients cannot move dues yet.",
  moves: "How many times a client may move a due. Clients cannot move dues yet.",
  returnGraceDays:
    "How many business days a client has to pay the deposit in another way after the bank has returned it. A debit that the bank returns after it has settled is not processed yet.",
  financingHours: "How many hours an outside lender has to decide on an application. There are no outside lenders yet.",
  cancellation: "The refund to a client who cancels: the fee that is withheld, and the tiers.",
  "cancellation administrationFee":
    "The fee that is withheld from each refund under this policy, in minor units. 0 if there is none.",
  tiers:
    "The tiers of the refund, from the earliest cancellation to the latest. The first tier whose `daysBefore` is not more than the days left until the first day applies. The last tier must have 0 days. From the first day on, nothing is refunded.",
  daysBefore:
    "The tier applies to a cancellation at least this many days before the first day. Must be less than in the tier before it.",
  "tiers refundPercent":
    "The percentage of the amount paid that is refunded. Must not be more than in the tier before it.",
  screening: "The rules of the clinical screening.",
  clearanceDeadlineDaysBefore:
    "How many days before the first day a participant must be cleared. Sales end at the end of the same day, in the cohort's time zone.",
  validityDays: "How many days an evaluation is valid, counted from its date.",
  declineAfterHours:
    "How many hours after a `not_cleared` evaluation a booking is declined, unless another evaluation replaces it. With 0 it is declined at once.",
  holdMinutes: "How many minutes a place is held while the client pays the deposit.",
  waitlistOfferHours: "How many hours an offer to the waitlist is valid. There is no waitlist yet.",
  addOns: "The options with a separate price, at most 50. Each id appears once.",
  "addOns id": "Identifies the add-on within the program.",
  "addOns label": "The name of the add-on on quotes and agreements.",
  "addOns price": "The price of one unit before taxes, in minor units.",
  stock: "The largest quantity that one quote can have.",
  itinerary: "The schedule of each day, at most 60 days.",
  day: "The day of the program, from 1. Must not be more than the program's `days`.",
  blocks: "The blocks of the day, at most 30.",
  start: "When the block starts, as `HH:MM` in the cohort's time zone.",
  end: "When the block ends, as `HH:MM` in the cohort's time zone. Must be after `start`.",
  title: "The title of the block.",
  "blocks kind": "The kind of block, such as `preparation`. A label that you choose.",
  aftercare: "The follow-ups after the retreat, at most 40.",
  afterDays: "How many days after the last day the follow-up takes place.",
  "aftercare kind": "The kind of follow-up, such as `integration_session`. A label that you choose.",
  instruments: "The questionnaires of the follow-up, such as `PHQ-9`, at most 10. Absent if there are none.",
  creditExamples:
    "An example of each plan that is consumer credit and not exempt by its amount, as 12 CFR 1026.24(d)(2) requires beside rates and numbers of payments. Empty if there is none.",
  "creditExamples plan": "The plan of the example: `full`, `deposit_and_balance`, `installments` or `financed`.",
  "creditExamples placeType": "The place type of the example: the first type of the program.",
  cashPrice: "The price with taxes, without a finance charge, in minor units.",

  // Cohorts
  "cohort id": "The id of the cohort, such as `coh_01k`.",
  cohortId: "The id of the cohort.",
  "listBookings query cohortId": "Lists only the bookings of this cohort.",
  "cohort status":
    "`draft`: the cohort was never opened. `open`: it is on sale until its clearance deadline. `closed`: it is not on sale. `cancelled`: the operator canceled it, which is not possible yet. `completed`: its last day has passed.",
  "listCohorts query status": "Lists only the cohorts with this status. With `draft` the list is empty.",
  "patchCohort request status":
    "The new status. A `draft` can become `open`, `open` can become `closed`, and `closed` can become `open`. Any other change is refused with `invalid_transition`, and so is opening a cohort whose program is not published.",
  startsOn: "The first day of the cohort, a date in its time zone.",
  endsOn: "The last day of the cohort, a date in its time zone.",
  "request startsOn":
    "The first day of the cohort, a date in its time zone. Must be at most ten years from today, and the clearance deadline must not have passed. A cohort with held or booked places keeps its dates: a change is refused with `places_in_use`.",
  "request endsOn":
    "The last day of the cohort, a date in its time zone. The cohort must be as long as its program. A cohort with held or booked places keeps its dates: a change is refused with `places_in_use`.",
  timeZone: "The IANA time zone of the cohort, such as `America/Denver`.",
  venue: "Where the cohort takes place, on one line.",
  places: "The places of the cohort by type.",
  "request places":
    "The places to create, one entry per place type. A type that the program does not have, a repeated type, and more than 60 places in total are refused.",
  type: "The place type, such as `private` or `shared`.",
  price: "The price of a place of this type before taxes, in minor units.",
  "request places price":
    "The price of a place of this type before taxes, in minor units. Without it, the price of the program applies. A price that Stripe cannot charge is refused.",
  capacity: "The number of places of this type, free or not.",
  "places available": "The number of places that can be booked now. 0 if the cohort is not on sale.",
  count: "The number of places, from 1 to 60.",
  "addPlaces request type": "The type of the new places. Must be a place type of the cohort.",
  "addPlaces request count": "The number of new places, from 1 to 60. A cohort has at most 60 places in total.",
  "removePlaces query type": "The type of the places to remove. Must be a place type of the cohort.",
  "removePlaces query count":
    "The number of places to remove, from 1 to 60. If fewer are free, none is removed and the request is refused with `places_in_use`.",
  "listCohorts query from": "Lists only the cohorts that start on or after this date.",

  // Terms of a cohort
  "getTerms terms": "The terms on which the cohort is sold. Null before the cohort first opens.",
  "takeTerms terms": "The terms on which the cohort is sold. Null before the cohort first opens.",
  "program terms": "The terms that the cohort would take from its program now, with the cohort's own prices.",
  "getTerms version":
    "The version of the program from which the cohort took its terms. Null before the cohort first opens.",
  "takeTerms response version":
    "The version of the program from which the cohort took its terms. Null before the cohort first opens.",
  "program version": "The current version of the program.",
  "takeTerms request version":
    "The version of the program whose terms the cohort takes: the `program.version` that you read. If the program has changed since, the request is refused with `conflict`.",
  "getTerms program": "The program as it is now: its version, and the terms that the cohort would take.",
  "takeTerms program": "The program as it is now: its version, and the terms that the cohort would take.",
  differences:
    "Where the cohort's terms differ from the program's. Empty if they are the same, and before the first opening.",
  "differences path": "The path of the field that differs, such as `deposit.amount`.",
  "differences from":
    "The value in the cohort's terms, in the form of that field. Null if the cohort's terms do not have it.",
  "differences to":
    "The value in the program's terms, in the form of that field. Null if the program's terms do not have it.",

  // Quotes and plans
  "quote id": "The id of the quote, such as `quo_01k`.",
  quoteId:
    "The id of the quote that the booking is made from. A quote makes one booking: a used quote is refused with `quote_used`, and an expired one with `quote_expired`.",
  placeType: "The place type, such as `private` or `shared`.",
  "request placeType": "The place type to quote. Must be a place type of the cohort.",
  "query placeType": "The place type to compare the plans for. Must be a place type of the cohort.",
  plan: "The payment plan of the quote.",
  "request plan":
    "The payment plan to quote. A plan that the cohort does not offer is refused with `plan_not_available`.",
  "plan kind":
    "`full`: a deposit, and the balance one day after the confirmation. `deposit_and_balance`: a deposit, and the balance a number of days before the start. `installments`: a deposit, and monthly payments without a finance charge. `financed`: a deposit, and monthly payments with interest.",
  "plan months": "The number of monthly payments after the deposit. Absent for a plan without monthly payments.",
  "request plan months":
    "The number of monthly payments after the deposit, at least 2. Without it, the quote has the most that the plan and the date allow. More than that is refused with `plan_not_available`.",
  "plan balanceDueDaysBefore":
    "How many days before the first day the balance is due. Only with `deposit_and_balance`.",
  "plan annualRate": "The annual interest rate in percent, with four decimals, such as `9.9900`. Only with `financed`.",
  discountCode: "A discount code. There are no discounts yet, so every code is refused.",
  "createQuote request addOns": "The add-ons to quote, at most 20. Each id appears once.",
  "createQuote request addOns id": "The id of the add-on. Must be an add-on of the cohort.",
  "addOns quantity": "The number of units, from 1 to 100. More than the add-on's `stock` is refused.",
  termsVersion: "The version of the cohort's terms that the quote is based on.",
  lines: "The lines of the price: the place, the add-ons and the taxes.",
  "lines kind": "`place`: the place. `add_on`: an add-on. `tax`: a tax.",
  "lines id": "The place type, the id of the add-on, or the id of the tax.",
  "lines label": "The text of the line.",
  "lines quantity": "The number of units. 1 for a place or a tax.",
  unitAmount: "The price of one unit, in minor units.",
  "lines amount": "The amount of the line, in minor units.",
  total: "The price with taxes, without a finance charge, in minor units.",
  "quote deposit": "The deposit in minor units. It is the first due of the schedule.",
  financeCharge: "The interest of all dues, in minor units. 0 for a plan without interest.",
  schedule: "The dues of the plan, the deposit first. Their amounts add up to `total` plus `financeCharge`.",
  "schedule sequence": "The position of the due in the schedule. The deposit is 0.",
  "schedule kind": "`deposit`: the deposit. `installment`: a monthly payment. `balance`: the rest in one payment.",
  "schedule dueOn":
    "When the due is payable, a date in the cohort's time zone. The balance of the plan `full` shows the clearance deadline until the booking is confirmed.",
  "schedule amount": "The amount of the due, in minor units.",
  disclosure:
    "The closed-end credit disclosure of 12 CFR 1026.18. Null if the plan is not consumer credit, and if it is exempt by its amount.",
  creditor: "The legal name of the creditor.",
  apr: "The annual percentage rate in percent, with six decimals, such as `9.991234`.",
  "disclosure financeCharge": "The finance charge: the interest over the whole term, in minor units.",
  "creditExamples financeCharge": "The finance charge: the interest over the whole term, in minor units.",
  amountFinanced: "The amount financed: the total less the deposit, in minor units.",
  totalOfPayments:
    "The total of the payments after the deposit: the amount financed plus the finance charge, in minor units.",
  totalSalePrice: "The total cost with the deposit and the finance charge, in minor units.",
  downPayment: "The deposit, in minor units.",
  payments: "The payments after the deposit. Consecutive payments of the same amount are one entry.",
  "payments count": "The number of payments of this amount.",
  "payments amount": "The amount of each payment, in minor units.",
  firstDueOn: "When the first of these payments is due, a date in the cohort's time zone.",
  "payments every": "How often the payments recur. Always `month`.",
  dayOfMonth: "The day of the month on which the payments are due. In a shorter month it is the last day.",
  prepayment: "The statement on paying early.",
  latePayment: "The statement on late payments.",
  securityInterest: "The statement on security interests.",
  policy: "The cancellation policy as dates. Tiers that have passed are left out.",
  until: "The last date of the tier, inclusive, in the cohort's time zone.",
  refundPercent:
    "The percentage of the amount paid that is refunded. The administration fee is then deducted from the refund.",
  expiresAt: "When the prices expire, an instant in UTC.",
  "comparePlans items": "One entry for each plan that the cohort offers.",
  "comparePlans items kind":
    "`full`: a deposit, and the balance one day after the confirmation. `deposit_and_balance`: a deposit, and the balance a number of days before the start. `installments`: a deposit, and monthly payments without a finance charge. `financed`: a deposit, and monthly payments with interest.",
  "comparePlans items months":
    "The largest number of monthly payments that is possible today. Null for a plan without monthly payments, and if the plan is unavailable.",
  "comparePlans items available": "Whether the plan can be quoted today.",
  "comparePlans items reason": "Why the plan is unavailable, as a text for people. Absent if it is available.",
  dueToday: "The deposit, due when the booking is made, in minor units. Null if the plan is unavailable.",
  "comparePlans items schedule":
    "The dues of the plan if it is quoted today, the deposit first. Empty if the plan is unavailable.",
  "comparePlans items total":
    "The price with taxes, without a finance charge, in minor units. Null if the plan is unavailable.",
  "comparePlans items financeCharge": "The interest of all dues, in minor units. Null if the plan is unavailable.",
  "comparePlans items apr":
    "The annual percentage rate in percent, with six decimals. Null if the plan is not consumer credit, if it is exempt by its amount, and if it is unavailable.",
  lastBankDebitOn:
    "The last date before the start on which a bank debit is possible, in the cohort's time zone. Null if that date has passed, if the currency has no bank debits, and if the plan is unavailable.",

  // Bookings
  "booking id": "The id of the booking, such as `bkg_01k`.",
  bookingId: "The id of the booking.",
  "booking status":
    "`held`: a place is held while the client pays the deposit. `awaiting_clearance`: the deposit is paid. `confirmed`: the deposit is paid, the agreement is signed and the participant is cleared. `completed`: the retreat is over. `expired`: the hold expired. `declined`: the participant was not cleared or was turned away. `cancelled`: the booking was canceled.",
  "listBookings query status": "Lists only the bookings with this status.",
  standing:
    "Whether the payments are on time. The first status that applies is shown. `disputed`: a payment is disputed; disputes are not recorded yet. `delinquent`: a due other than a late charge is more than 30 days late, not counting paused days. `past_due`: a due is late. `action_required`: an automatic payment failed and is not tried again, so the client must pay by link. `processing`: the bank has not confirmed a payment yet. `paid_in_full`: nothing is owed, and the booking is not `expired`, `declined` or `cancelled`. `current`: none of these. Always `current` for a participant who does not pay.",
  "listBookings query standing": "Lists only the bookings with this standing.",
  participant: "The person who attends the retreat.",
  "participant name": "The participant's full name, on one line.",
  "request participant name":
    "The participant's full name, on one line. Must contain a letter. Invisible characters are refused.",
  "putParticipant request name":
    "The participant's full name, on one line. Must contain a letter. Invisible characters are refused.",
  email:
    "The participant's email address. It identifies the participant: only an account with this verified address acts as the participant.",
  "createBooking request email":
    "The participant's email address. If it is not the client's own verified address, the participant is invited to accept. If the client already has an active booking for this address in the cohort, the request is refused with `already_booked`. Another client's booking for this address has this effect only if the address is the client's own, or if an admin makes the booking.",
  "putParticipant request email":
    "The participant's email address. The payer's own address is refused. If the payer has another active booking for this address in the cohort, the request is refused with `already_booked`.",
  phone: "The participant's phone number, as it was written: 5 to 15 digits with the usual separators.",
  "getBooking phone": "The participant's phone number, as it was written. Only for admins and clinicians.",
  dateOfBirth: "The participant's date of birth.",
  "getBooking dateOfBirth": "The participant's date of birth. Only for admins and clinicians.",
  "request dateOfBirth":
    "The participant's date of birth. A participant who is under 18 on the first day of the cohort is refused, and so is a date in the future or more than 120 years ago.",
  holdExpiresAt:
    "When the hold expires unless the deposit is paid, an instant in UTC. Null unless the status is `held`. A hold is extended for a payment page once, and once more after a failed bank debit. After that, a page that would outlive the hold is refused with `hold_expired`.",
  version: "The version of the booking. Each change adds 1.",
  autopay:
    "Whether autopay is on. Dues are charged only while a payment method is saved that can be charged. Always `false` for a participant who does not pay.",
  collectionPaused: "Whether staff have paused collection. Always `false` for a participant who does not pay.",
  "booking total":
    "The price with taxes, without the finance charge, in minor units. Always 0 for a participant who does not pay.",
  "booking financeCharge":
    "The interest of the dues as they are now, in minor units. After a payoff, the interest that was earned. Always 0 for a participant who does not pay.",
  "booking paid":
    "The sum of all settled payments before refunds, in minor units. Always 0 for a participant who does not pay.",
  "booking refunded":
    "The sum of all refunds that have not failed or been refused, in minor units. Always 0 for a participant who does not pay.",
  "booking balance":
    "The unpaid amount of all dues that are not canceled, in minor units. Always 0 for a participant who does not pay.",
  participation:
    "Whether the participant has agreed to attend: `invited`, `accepted` or `declined`. `accepted` from the start if the participant or an admin booked.",
  clearance: "The result of the clinical evaluations.",
  "booking clearance": "The result of the clinical evaluations. Null for a payer who is not the participant.",
  "clearance status":
    "`pending`: an evaluation is missing or needs information. `cleared`: the participant may attend through `validUntil`. `not_cleared`: an evaluation did not clear the participant. `withdrawn`: a clinician withdrew the clearance. `lapsed`: `validUntil` has passed.",
  "clearance validUntil":
    "The last day of the clearance, a date in the cohort's time zone. Null unless the status is `cleared` or `lapsed`.",
  agreement: "The current version of the agreement. For a participant who does not pay, the terms without prices.",
  "agreement version": "The version of the document, from 1.",
  "agreement signedAt": "When this version was signed, an instant in UTC. Null if it is not signed.",
  "agreement hash": "The SHA-256 hash of the document, in hexadecimal.",
  dues: "The amounts that the payer owes, each on one date. Always empty for a participant who does not pay.",
  "dues id": "The id of the due, such as `due_01k`.",
  dueId: "The id of the due.",
  "dues sequence": "The position of the due in the schedule. The deposit is 0.",
  "dues kind":
    "`deposit`: the deposit. `installment`: a monthly payment. `balance`: the rest in one payment. `late_charge`: a charge for a due that is late.",
  dueOn:
    "When the due is payable, a date in the cohort's time zone. The balance of the plan `full` shows the clearance deadline until the booking is confirmed.",
  "request dueOn":
    "The new date of the due, in the cohort's time zone. Must be after the date on which it is due now, not in the past, and at most 730 days after the earliest date allowed.",
  "dues amount": "The amount of the due, in minor units.",
  "dues paid": "How much of the due is paid, in minor units.",
  waived: "How much of the due staff have waived, in minor units. It is no longer owed.",
  "dues status":
    "The status of the due. The first one that applies is shown. `cancelled`: no longer owed. `paid`: nothing is left to pay. `processing`: the bank has not confirmed the payment yet. `past_due`: the date has passed, and so has the first day on which the due could be paid or a changed bank debit could be made. That day does not become earlier if automatic payments are turned off or the payment method changes. A due that is past due stays so if its bank debit changes afterwards. `action_required`: an automatic payment failed and is not tried again, so the client must pay by link. `scheduled`: none of these.",
  nextAttemptAt:
    "When the saved payment method is charged next, an instant in UTC. Null if the due is paid only by link, while collection is paused, while a payment is in progress, and if the booking would be canceled for non-payment before then.",
  lastFailure:
    "Why the last automatic payment failed. `card_declined`, `insufficient_funds`, `card_expired`: the bank declined it. `authentication_required`: the client must pay by link. `method_unusable`: the saved method cannot be charged. `bank_returned`: the bank returned a debit. `provider_error`: Stripe could not charge it. Null if no automatic payment has failed, and once the due is paid.",
  admission:
    "Whether the participant arrived. Null until staff record it, and for a payer who does not take part if the participant was turned away.",
  "admission outcome":
    "`admitted`: the participant arrived. `no_show`: the participant did not arrive. `turned_away`: a clinician turned the participant away.",
  "recordAdmission request outcome":
    "`admitted`: the participant arrived. `no_show`: the participant did not arrive, and the booking is canceled under the policy. `turned_away`: a clinician turned the participant away, and the booking is declined. Any outcome is refused with `invalid_transition` before the first day, and after one has been recorded.",
  "admission at": "When the outcome was recorded, an instant in UTC.",
  "admission by": "The `sub` of the staff member's account.",
  timeline: "The events of the booking, oldest first. Events that the caller may not see are left out.",
  "timeline at": "When the event happened, an instant in UTC.",
  event: "The name of the event, such as `BookingHeld`.",
  cancellationReason: "The reason that was given for the cancellation. Only for admins. Absent if there is none.",
  undeliverable:
    "Who does not receive our emails about this booking. Only for staff. Empty if every email is delivered.",
  recipient: "`payer`: the person who pays. `participant`: the person who attends.",
  "undeliverable kind":
    "`bounced`: the address does not exist or rejects email. `complained`: the recipient reported our email as spam. `refused`: the email service refused the address.",
  "undeliverable at": "When we learned of it, an instant in UTC.",
  "getAccessLog at": "When the booking was read, an instant in UTC.",
  "getAccessLog actor": "The `sub` of the staff member's account.",
  role: "The role in which the person acted: `client`, `clinician`, `admin`, `finance`, or `system` for automatic steps.",
  action: "The action, as a code such as `hold` or `waive_due`.",
  "getAccessLog action": "The kind of read, as a code such as `read_booking` or `read_agreement`.",
  reason: "Why you do it, as plain text with line breaks. The audit log keeps it.",
  "cancelBooking reason":
    "Why the booking is canceled, as plain text with line breaks. Admins see it on the booking. The audit log does not keep it.",

  // Documents to sign
  hash: "The SHA-256 hash of the document, in hexadecimal. Send it when you sign or authorize.",
  html: "The document as HTML. Show it unchanged: the hash is of these bytes.",
  "request hash":
    "The `hash` of the document that the client read. If the document has changed since, the request is refused with `agreement_changed`.",
  "putAutopay request hash":
    "The `hash` of the authorization that the client read. Required to turn autopay on. If the text has changed since, the request is refused with `agreement_changed`.",
  "answerInvitation request hash":
    "The `hash` of the terms that the participant read. Required to accept. If the terms have changed since, the request is refused with `agreement_changed`.",
  "getAgreement version": "The version of the agreement, from 1.",
  "getAgreement query version": "The version of the agreement to get. Without it, the current version.",
  "getAgreement signedAt": "When this version was signed, an instant in UTC. Null if it is not signed.",
  "getAgreement signature": "The name that was typed as the signature. Null if this version is not signed.",
  "getAgreement autopay": "Whether the signature authorized autopay. Null if this version is not signed.",
  "request signature": "The full name of the person who signs, as they typed it. Must contain at least 2 letters.",
  "answerInvitation request signature":
    "The full name of the participant, as they typed it. Must contain at least 2 letters. Required to accept.",
  "signAgreement request accepted": "Confirms that the client accepts the agreement. Must be `true`.",
  "answerInvitation request accepted":
    "`true` accepts the invitation. `false` declines it, or withdraws an acceptance before the first day.",
  "signAgreement request autopay":
    "Whether the client authorizes us to charge later dues automatically. Optional, and never a condition of the booking.",
  "getParticipation version": "The version of the terms, from 1.",
  enabled: "Whether autopay is on.",
  "request enabled":
    "`true` turns autopay on, `false` turns it off. Without a saved payment method, turning it on is refused with `invalid_transition`.",
  "getAutopay method": "The saved payment method that autopay charges while it is on. Null if none can be charged.",
  "method type": "`card`: a card. `us_bank_account`: a bank account in the United States.",
  last4: "The last four digits of the card or account number. Null if Stripe does not report them.",
  expiresOn: "The last day on which the card is valid. Null for a bank account.",
  "getAutopay version": "The version of the authorization, from 1.",

  // Paying
  purpose:
    "The purpose of the page: `deposit` pays the deposit, `due` pays another due, `payoff` pays everything that is owed, `payment_method` saves another card or bank account and charges nothing.",
  "openCheckout request dueId":
    "The id of the due to pay. Required with the purpose `due`, and refused with any other.",
  "openCheckout request amount":
    "How much of the due to pay, in minor units. Without it, all that is unpaid. A part must be at least 10,000 minor units or a tenth of the due, whichever is less. Both the part and the rest must be amounts that Stripe can charge. Refused with any purpose but `due`.",
  "openCheckout request method":
    "The only payment method to offer: `card` or `us_bank_account`. Without it, the page offers every method. If a page is already open, it is returned unchanged, with the methods that it offers. Where bank debits are not possible, the page offers cards.",
  url: "The address of Stripe's hosted page. Send the browser there.",
  sessionId: "Stripe's id for the Checkout Session.",
  "openCheckout expiresAt": "When the page expires, an instant in UTC.",
  permission:
    "The text of the authorization for the new payment method. Show it before you open the page. Only with the purpose `payment_method` while autopay is on.",
  "permission version": "The version of the authorization, from 1.",
  "saveMethod query permission":
    "The hash of the authorization that the page showed. If it has changed since, the browser returns to the page.",
  session: "Stripe's id for the Checkout Session.",
  attempt: "The id of the payment attempt. Takes precedence over `session`.",
  token:
    "The signed token of a payment link. It expires after 30 days, but not before the last day that the email names. An invalid token shows a page with status 404.",
  on: "The date in the cohort's time zone for which the amounts are computed.",
  "getPayoff amount":
    "The amount that pays off the booking, in minor units: `principal` + `tax` + `interest` + `fees` - `unearnedInterest`. At least 0. If it is 0, no payoff is needed or possible: interest paid in advance covers the rest, and is applied once the payment in progress has ended. If it is below Stripe's minimum charge, the client pays that minimum, and the excess is refunded.",
  principal: "The unpaid price without taxes, in minor units.",
  tax: "The unpaid taxes, in minor units.",
  interest: "The unpaid interest up to this date, in minor units.",
  fees: "The unpaid late charges, in minor units.",
  unearnedInterest:
    "The interest that was paid in advance and is not earned yet, in minor units. It reduces the payoff.",
  "getPayoff dues": "The dues that the payoff covers. A due with a payment in progress is left out.",
  "getPayoff dues amount": "How much of the due the payoff pays, in minor units.",
  "getReceipts items": "Payments and refunds, oldest first. Failed and refused refunds are left out.",
  "getReceipts items id": "The id of the payment, the refund, or one part of a refund.",
  "getReceipts items at": "When the payment was made or the refund was requested, an instant in UTC.",
  "getReceipts items kind": "`payment`: the client paid. `refund`: the client gets money back.",
  "getReceipts items amount": "The amount paid or refunded, in minor units. Always positive.",
  dueIds: "The ids of the dues that the payment paid. Empty for a refund that is not allocated to payments yet.",
  statement: "The account statement of the booking.",
  paid: "The sum of all settled payments before refunds, in minor units.",
  refunded: "The sum of all refunds that have not failed or been refused, in minor units.",
  "statement balance": "The unpaid amount of all dues that are not canceled, in minor units.",

  // Cancellation
  "previewCancellation administrationFee": "The fee that is withheld from the refund, in minor units.",
  netPaid: "The amount paid less the amount refunded so far, in minor units.",
  refund: "The amount that would be refunded, in minor units: the percentage of `netPaid`, less the fee, at least 0.",
  kept: "The amount that would be kept, in minor units: `netPaid` less `refund`.",
  next: "The same on the first day of the next tier. Null from the first day of the cohort on, and if the policy does not apply: an admin cancels, or an invited participant has not accepted.",

  // Collection
  paused: "`true` pauses collection, `false` resumes it.",

  // Screening
  "query bookingId": "Lists only the entries with a posting for this booking.",
  bookingStatus: "The status of the booking, such as `awaiting_clearance`.",
  clearanceDueAt: "The clearance deadline, an instant in UTC.",
  missing:
    "The requirements that the clearance does not meet for this cohort. `medical` or `psychiatric`: that evaluation does not clear the participant. `validity`: an evaluation that clears the participant ends before the last day. Empty if it meets all of them.",
  attention:
    "How near the clearance deadline is while something is missing: `soon` from 30 days before it, `urgent` from 14 days before it. Null before that, if nothing is missing, and if the booking cannot be evaluated.",
  "query attention":
    "Lists only the bookings with this attention: a requirement is missing, and the clearance deadline is near (`soon`) or very near (`urgent`).",
  "listScreenings query status": "Lists only the bookings whose clearance has this status.",
  evaluations: "The evaluations of the participant, newest first.",
  evaluation: "The evaluation as it was recorded.",
  "evaluation id": "The id of the evaluation, such as `evl_01k`.",
  "evaluation kind": "The kind of evaluation: `medical` or `psychiatric`.",
  "recordEvaluation request kind":
    "The kind of evaluation: `medical` or `psychiatric`. The clinician who signed the other kind cannot sign this one (`forbidden`), unless the operator allows one clinician to sign both.",
  "evaluation outcome":
    "`cleared` and `cleared_with_conditions` clear the participant. `needs_information`: the participant is not cleared yet, or no longer cleared. `not_cleared` declines the booking after the program's `declineAfterHours`.",
  "recordEvaluation request outcome":
    "`cleared` and `cleared_with_conditions` clear the participant. `needs_information`: the participant is not cleared yet, or no longer cleared. `not_cleared` declines the booking after the program's `declineAfterHours`, unless another evaluation replaces it.",
  "evaluation validUntil":
    "The last day on which the evaluation is valid, a date in the cohort's time zone. Null if it does not clear the participant.",
  "request validUntil":
    "The last day on which the evaluation is valid, a date in the cohort's time zone. Must be from today to today plus the program's `validityDays`, which is the default.",
  note: "The clinician's note, plain text with line breaks. Only the clinical store keeps it.",
  "evaluation note": "The clinician's note. Null if there is none.",
  "evaluation by": "The `sub` of the clinician's account.",
  "evaluation at": "When the evaluation was recorded, an instant in UTC.",

  // Audit log
  "listAudit query subject":
    "Lists only the records of this subject: an id such as `bkg_01k`, or a type and an id such as `clearance#bkg_01k`.",
  "listAudit query actor": "Lists only the records of this actor: the `sub` of an account.",
  "listAudit query from":
    "The first date of the list, inclusive, in UTC. Without it, the list begins 30 days before the last date, or has every record if it is filtered by subject or actor.",
  "listAudit query to": "The last date of the list, inclusive, in UTC. Without it, today.",
  subject: "The subject that the action changed.",
  "subject type": "The type of the subject: `program`, `cohort`, `booking` or `clearance`.",
  "subject id": "The id of the subject. A clearance has the id of its booking.",
  sequence: "The position of the record in the subject's hash chain, from 1.",
  at: "When the action was requested, an instant in UTC.",
  recordedAt: "When the record was written, an instant in UTC. The hash does not include it.",
  actor: "Who acted.",
  sub: "The `sub` of the account. `system` for automatic steps.",
  "listAudit items reason":
    "The reason that staff gave for a waiver, a deferral, or a pause or resumption of collection. Absent for every other action. The reason for a cancellation is the `cancellationReason` of the booking.",
  before:
    "The subject before the action: only statuses, amounts in minor units, dates and ids. Null if it did not exist.",
  after:
    "The subject after the action: only statuses, amounts in minor units, dates and ids. Null if nothing is recorded.",
  previousHash: "The `hash` of the previous record of the subject. Empty for the first record.",
  "listAudit items hash": "The SHA-256 hash of this record and `previousHash`, in hexadecimal.",
  verified: "Whether every hash chain is intact.",
  records: "The number of records that were verified.",
  broken: "The first broken record of each chain that is not intact. Empty if `verified` is true.",
  "broken subject": "The subject of the chain, as a type and an id such as `booking#bkg_01k`.",

  // Finance
  asOf: "The balances are as of the end of this date, in the time zone of the reports. Without it, today.",
  "response asOf": "The balances are as of the end of this date, in the time zone of the reports.",
  accounts: "The accounts with a posting in this currency, in the order of the chart of accounts.",
  account: "The account of the chart of accounts.",
  debit: "The amount debited, in minor units. 0 if the posting is a credit.",
  credit: "The amount credited, in minor units. 0 if the posting is a debit.",
  "accounts debit": "The sum of all debits of the account, in minor units.",
  "accounts credit": "The sum of all credits of the account, in minor units.",
  "accounts balance": "`debit` less `credit`, in minor units. It can be negative.",
  totalDebit: "The sum of all debits, in minor units. It equals `totalCredit`.",
  totalCredit: "The sum of all credits, in minor units. It equals `totalDebit`.",
  "entry id": "The id of the journal entry, such as `je_01k`.",
  reference: "The unique reference to the recorded fact, such as `payment:ch_1`. Each fact is posted once.",
  postedAt: "When the entry was posted, an instant in UTC.",
  effectiveOn:
    "The date of the recorded fact, in the time zone of the booking's cohort. In UTC if the money belongs to no booking.",
  postings: "The lines of the entry. Debits and credits add up to the same amount.",
  "postings bookingId": "The id of the booking that the line belongs to. Absent if it belongs to none.",
  "getJournal query from":
    "The first date of posting, inclusive, in the time zone of the reports. Without it, from the first entry.",
  "getJournal query to": "The last date of posting, inclusive, in the time zone of the reports. Without it, up to now.",
  currency: "The currency of the amounts, as a lowercase ISO 4217 code such as `usd`.",
  "request currency":
    "The currency of every amount of the program, as a lowercase ISO 4217 code such as `usd`. Must be a currency that the Stripe account settles in. A published program keeps its currency.",
  "query currency": "The currency to report, as a lowercase ISO 4217 code such as `usd`.",

  // Calculators
  "computeApr request advances":
    "The amounts that the borrower receives, in the order of their dates. At most 1,000 advances in total.",
  "computeApr request payments":
    "The amounts that the borrower pays, in the order of their dates. At most 1,000 payments in total.",
  date: "The date of the advance or payment, or of the first one of a series. Must be 1900-01-01 or later, and within 100 years of the first advance.",
  "computeApr request advances amount": "The amount of each advance, in minor units, at least 1.",
  "computeApr request payments amount": "The amount of each payment, in minor units, at least 1.",
  "computeApr request advances count": "The number of consecutive equal amounts. Without it, 1.",
  "computeApr request payments count": "The number of consecutive equal amounts. Without it, 1.",
  "computeApr request advances every":
    "How often the amounts recur: `week`, `two_weeks`, `half_month`, `four_weeks`, `month`, `two_months`, `quarter` or `year`. Required if `count` is more than 1.",
  "computeApr request payments every":
    "How often the amounts recur: `week`, `two_weeks`, `half_month`, `four_weeks`, `month`, `two_months`, `quarter` or `year`. Required if `count` is more than 1.",
  "request unitPeriod":
    "The unit-period of Appendix J to Regulation Z, such as `month`, `5_weeks` or `90_days`, of at most a year. Without it, the most frequent one is used.",
  unitPeriod: "The unit-period of Appendix J to Regulation Z that the rate is based on, such as `month` or `90_days`.",
  unitPeriodsPerYear: "The number of unit-periods in a year.",
  "computeApr response financeCharge": "The payments less the advances, in minor units.",
  "computeApr response amountFinanced": "The sum of the advances, in minor units.",
  "computeApr response totalOfPayments": "The sum of the payments, in minor units.",

  // Events
  "event id":
    "The id of the event, such as `evt_01k`. An event can arrive more than once. It has the same id each time.",
  "event version": "The version of the event format. Always `1`.",
  occurredAt: "When the change was made, an instant in UTC.",
  correlationId:
    "The id of the request or automatic step that led to the event. The API returns it as `x-request-id`. A payment keeps the id of the step that began it.",
  "event subject": "The object that the event is about.",
  "event subject type":
    "The type of the subject: `program`, `cohort`, `booking`, `clearance`, or `entry` for a journal entry.",
  "Clearance Changed booking id": "The id of the booking, such as `bkg_01k`. A clearance has the id of its booking.",
  "event subject version":
    "The version of the subject after the change, from 1. Each change adds 1, and the events of one change have the same version. Events can arrive in any order, so compare versions to find the newest.",
  "Program Published program version":
    "The version of the program after the change, from 1. Each change adds 1. Events can arrive in any order, so compare versions to find the newest.",
  data: "The state after the change: ids, statuses, dates, amounts and codes. New fields may be added, so ignore fields that you do not know.",
  "Program Published programId": "The id of the program.",
  "event count": "The number of places that were added or removed.",
  "event total": "The price with taxes, without the finance charge, in minor units.",
  "event holdExpiresAt":
    "When the hold expires unless the deposit is paid, an instant in UTC. It can be extended later.",
  "Autopay Changed autopay": "Whether dues are now charged to the saved payment method automatically.",
  "Payment Method Saved autopay": "Whether later dues are charged to the new payment method automatically.",
  "Agreement Signed autopay": "Whether the signature authorized autopay.",
  "Autopay Changed reason":
    "`client`: the client turned autopay on or off. The other reasons turn it off. `detached`: the saved payment method was removed at Stripe. `customer_deleted`: the customer was deleted at Stripe. `mandate_withdrawn`: the authorization of the bank debit is no longer valid. `refused`: Stripe refused the saved payment method.",
  agreementVersion: "The version of the agreement that was signed, from 1.",
  "Participant Corrected agreementVersion": "The new version of the agreement, which is not signed yet.",
  attemptId: "The id of the payment attempt, such as `att_01k`.",
  "Payment dueId": "The id of the due that the payment is for. With a payoff, the first of its dues.",
  "event purpose":
    "The purpose of the payment: `deposit` pays the deposit, `due` pays another due, `payoff` pays everything that is owed.",
  "Payment amount": "The amount of the payment, in minor units.",
  "Payment Action Required action": "The action that the client must take. Always `verify_bank_account`.",
  "Payment Action Required until": "The deadline for the action, an instant in UTC.",
  "Payment Failed reason":
    "Why the payment failed, as a code. An automatic payment has one of the codes `card_declined`, `insufficient_funds`, `card_expired`, `authentication_required`, `method_unusable`, `bank_returned` and `provider_error`. A payment on a page has Stripe's code, or the status of Stripe's payment intent if there is no code. `bank_account_not_verified`: the client did not verify the bank account in time. Null if nothing is known.",
  daysLeft: "The number of days from the date of the event to the date of the deadline, in the cohort's time zone.",
  by: "Who ended the booking, or why. `client`: the client canceled. `participant`: the participant declined to attend. `operator`: staff canceled. `clearance_deadline`: the participant was not cleared in time. `non_payment`: a due was not paid. `not_cleared`: the participant was not cleared. `no_show`: the participant did not arrive. `turned_away`: a clinician turned the participant away.",
  "event refund": "The amount that is refunded, in minor units. 0 if nothing is refunded.",
  "event kept": "The amount that was paid and is not refunded, in minor units.",
  "event outcome": "Always `admitted`: the participant arrived.",
  "event amount": "The unpaid amount of the due, in minor units.",
  "Due Notice kind":
    "`upcoming`: the due is payable soon. `changed`: a bank debit will have a different date or amount from the one in the authorization. `past_due`: the due is late. `final`: the due is late, and this is the last notice.",
  "Due Notice days":
    "How many days before or after a date the notice is planned, not counting paused days. `upcoming`: before the due's date. `changed`: before the day of the debit. `past_due` and `final`: after the due's date. If the due cannot be paid or debited on its date, the first day on which that is possible counts instead. For a due that is past due, a debit that changes afterwards does not move it. The notice can be sent later.",
  byLink:
    "`true`: the client is asked to pay by link. The saved payment method may still be charged later: `nextAttemptAt` of the due says when. `false`: the due is charged to the saved payment method automatically.",
  cancelsOn:
    "The date on which the booking is canceled if the due stays unpaid, in the cohort's time zone. Null for any kind except `final`, and if non-payment would not cancel the booking.",
  "Late Charge Added dueId": "The id of the new due for the late charge.",
  "Late Charge Added amount": "The amount of the late charge, in minor units.",
  forDueId: "The id of the due that is late.",
  "Collection Task Opened reason":
    "`not_paid`: the due was not paid after its final notice. `delinquent`: the due is more than 30 days late, not counting paused days.",
  "Due Waived amount": "The amount that was waived, in minor units.",
  "Due Deferred from": "The date of the due before the change, in the cohort's time zone.",
  wasDueOn:
    "The date on which the due was due until then, in the cohort's time zone. If it could not be paid or debited on its own date, the first day on which that was possible. Absent in events of an earlier release.",
  "event paused": "Whether collection is now paused.",
  refundId: "The id of the refund, such as `ref_01k`.",
  "Refund amount":
    "The amount of this part of the refund, in minor units. A refund of several payments has one part for each of them, and each part has events.",
  "Refund Requested amount": "The amount of the whole refund, in minor units.",
  "Refund reason":
    "`cancellation`: the booking was canceled. `not_cleared`: the participant was not cleared. `turned_away`: a clinician turned the participant away. `clearance_deadline`: the participant was not cleared in time. `late_payment`: the deposit was paid after the hold had ended, and the booking could not be restored. `duplicate_payment`: the payment could not be applied to the booking, usually because another payment had paid the same due. `overpayment`: a payment was more than what was owed. `wrong_currency`: the payment was not in the booking's currency. `unearned_interest`: nothing is left to pay, and interest that was paid in advance is not owed. `after_cancellation`: a payment arrived after the booking was canceled. `abandoned_payment`: the bank account was not verified in time, and the payment arrived all the same. `made_at_stripe`: staff made the refund at Stripe.",
  "Refund Refused code": "Stripe's code for the refusal.",
  "event reference": "The unique reference of the journal entry, such as `converted-from:txn_1`.",
  "Money Converted bookingId": "The id of the booking. Null if the money belongs to none.",
  "Money Converted amount": "The amount of the payment or refund, in minor units of `currency`.",
  "Money Converted currency": "The currency of the payment or refund, as a lowercase ISO 4217 code such as `usd`.",

  // The API itself
  "getHealth status": "Always `ok`.",
  received: "Always `true`.",
  openapi: "The version of the OpenAPI Specification.",
  info: "The title, version and description of the API.",
  "info title": "The name of the API.",
  "info version": "The major version of the API.",
  description: "A description of the API and of the rules that apply to every route, in Markdown.",
  paths: "The routes, by path and method.",
  components: "The parts that routes share.",
  securitySchemes: "The kinds of tokens, by name.",
  schemas: "The shared schemas, by name.",
};
