import { afterAll, beforeAll, expect, test } from "vitest";
import { Client, openCohort, startWorld, type World } from "../harness/world.ts";

/**
 * Stripe's test cards and accounts, each with the session's answer, the state of the booking and the mail. Sources:
 * docs.stripe.com/testing, docs.stripe.com/payments/ach-direct-debit/accept-a-payment#test-account-numbers,
 * docs.stripe.com/declines/codes.
 */
let world: World;
let cohortId: string;
beforeAll(async () => {
  world = await startWorld();
  // No notices before the date: they do not depend on the bank's answer, and have other tests.
  const collection = { retryDays: [3, 5, 7], noticeDaysBefore: [], moveDays: 14, moves: 2 };
  const program = { plans: [{ kind: "installments", months: 3 }], collection };
  cohortId = (await openCohort(world, { inDays: 150, count: 40, program })).id;
});
afterAll(() => world.stop());

const receipt = "We received your payment";
const failedVerifications = "Your payment did not go through";
const noDeposit = "Your deposit did not go through";

/** Methods that are declined in the session: the client can use another one there, and no mail is sent. */
const declinedOnPage = {
  pm_card_chargeDeclined: "generic_decline",
  pm_card_chargeDeclinedInsufficientFunds: "insufficient_funds",
  pm_card_chargeDeclinedLostCard: "lost_card",
  pm_card_chargeDeclinedStolenCard: "stolen_card",
  pm_card_chargeDeclinedExpiredCard: "expired_card",
  pm_card_chargeDeclinedIncorrectCvc: "incorrect_cvc",
  pm_card_chargeDeclinedProcessingError: "processing_error",
  pm_card_chargeDeclinedVelocityLimitExceeded: "card_velocity_exceeded",
  pm_card_radarBlock: "fraudulent",
  pm_card_chargeCustomerFail: "generic_decline",
  pm_card_authenticationRequiredChargeDeclinedInsufficientFunds: "insufficient_funds",
  pm_card_threeDSecureRequiredChargeDeclined: "generic_decline",
  pm_card_threeDSecureRequiredProcessingError: "processing_error",
  pm_usBankAccount_riskLevelHighest: "payment_intent_payment_attempt_failed",
  pm_usBankAccount_weeklyLimitExceeded: "charge_exceeds_source_limit",
};

/** The state of a due, and the standing of its booking. */
type Due = { status: string; standing: string; lastFailure: string | null; triedAgain: boolean };
const paid: Due = { status: "paid", standing: "current", lastFailure: null, triedAgain: false };
const soft = (lastFailure: string): Due => ({
  ...{ status: "scheduled", standing: "current", lastFailure, triedAgain: true },
});
const hard = (lastFailure: string): Due => ({
  ...{ status: "action_required", standing: "action_required", lastFailure, triedAgain: false },
});
const late = (lastFailure: string, triedAgain: boolean): Due => ({
  ...{ status: "past_due", standing: "past_due", lastFailure, triedAgain },
});

/** Cards that pay the deposit, some with authentication, and the state of the next due that is collected from them. */
const savedCards: Record<string, Due> = {
  pm_card_visa: paid,
  pm_card_threeDSecureRequired: paid,
  pm_card_threeDSecure2Required: paid,
  pm_card_authenticationRequiredOnSetup: paid,
  pm_card_authenticationRequiredSetupForOffSession: paid,
  pm_card_authenticationRequired: hard("authentication_required"),
};

/** Codes with which a bank declines a saved card when a due is collected, and the due's state. */
const declinedLater: Record<string, Due> = {
  generic_decline: soft("card_declined"),
  insufficient_funds: soft("insufficient_funds"),
  card_velocity_exceeded: soft("card_declined"),
  processing_error: soft("provider_error"),
  lost_card: hard("card_declined"),
  stolen_card: hard("card_declined"),
  fraudulent: hard("card_declined"),
  incorrect_cvc: hard("card_declined"),
  expired_card: hard("card_expired"),
};
/** A card of each brand, since the networks count the tries of one card. */
const cards = [
  ...[
    "visa_debit",
    "mastercard",
    "mastercard_debit",
    "mastercard_prepaid",
    "amex",
    "discover",
    "diners",
    "jcb",
    "unionpay",
  ],
];

/** Cards that can be saved by a setup session, and decline each payment. */
const savedAlone: Record<string, Due> = {
  pm_card_chargeCustomerFail: soft("card_declined"),
  pm_card_authenticationRequiredChargeDeclinedInsufficientFunds: soft("insufficient_funds"),
};

/** Accounts that the deposit is debited from. If the debit fails, the hold ends. */
const debitedDeposits = {
  pm_usBankAccount_success: { status: "awaiting_clearance", mail: "We received your deposit" },
  pm_usBankAccount_accountClosed: { status: "expired", mail: noDeposit },
  pm_usBankAccount_noAccount: { status: "expired", mail: noDeposit },
  pm_usBankAccount_insufficientFunds: { status: "expired", mail: noDeposit },
  pm_usBankAccount_debitNotAuthorized: { status: "expired", mail: noDeposit },
  pm_usBankAccount_invalidCurrency: { status: "expired", mail: noDeposit },
};

/** Codes with which a bank returns the debit of a due some days after its date, and the due's state. */
const debitedLater: Record<string, Due> = {
  insufficient_funds: late("insufficient_funds", true),
  account_closed: late("bank_returned", false),
  no_account: late("bank_returned", false),
  debit_not_authorized: late("bank_returned", false),
  invalid_currency: late("bank_returned", false),
};

type Answer = { status: string; declineCode?: string; paymentIntent?: string; setupIntent?: string };

async function signed(): Promise<Client> {
  const client = new Client(world);
  await client.hold(cohortId, "installments");
  await client.sign(true);
  return client;
}

/** The session's answer after the client has paid and, if the bank requires it, authenticated. */
async function submit(client: Client, sessionId: string, method: string): Promise<Answer> {
  const answer: Answer = await client.payOn(sessionId, method);
  const { status, paymentIntent, setupIntent } = answer;
  if (status !== "requires_action") return answer;
  const intent = setupIntent ? `setup_intents/${setupIntent}` : `payment_intents/${paymentIntent}`;
  const path = `/_sim/${intent}/authentication`;
  return (await world.sim<Answer>("POST", path, { result: "success" })).body;
}

/** A client whose deposit is paid. Their bank answers `outcome` to the next payment. */
async function saved(method: string, outcome?: string): Promise<Client> {
  const client = await signed();
  const answer = await submit(client, await client.checkout(), method);
  expect(answer.status, method).toBe(method.startsWith("pm_card") ? "succeeded" : "processing");
  if (outcome === undefined) return client;
  const path = `payment_intents/${answer.paymentIntent}`;
  const intent = (await world.http.stripe<{ payment_method: string }>("GET", path)).body;
  const behavior = { outcomes: [outcome] };
  const set = await world.sim("POST", `/_sim/payment_methods/${intent.payment_method}/behavior`, behavior);
  expect(set.status, outcome).toBe(200);
  return client;
}

/** A client who saves another card after the deposit. */
async function replaced(method: string): Promise<Client> {
  const client = await saved("pm_card_visa");
  await world.quiesce();
  const answer = await submit(client, await client.checkout({ purpose: "payment_method" }), method);
  expect(answer.status, method).toBe("succeeded");
  return client;
}

/** Acts on each row of a table in turn. */
async function rowsOf<V, R>(table: Readonly<Record<string, V>>, act: (key: string, index: number) => Promise<R>) {
  const rows: { key: string; expected: V; made: R }[] = [];
  for (const [key, expected] of Object.entries(table)) rows.push({ key, expected, made: await act(key, rows.length) });
  return rows;
}

const dueOf = async (client: Client): Promise<Due> => {
  const { dues, standing } = await client.read();
  const { status = "", lastFailure = null, nextAttemptAt = null } = dues[1] ?? {};
  return { status, standing, lastFailure, triedAgain: lastFailure !== null && nextAttemptAt !== null };
};

test("a due is collected from the deposit's method, retried or left to the client, as the bank answers", async () => {
  const deposits = await rowsOf(debitedDeposits, (method) => saved(method));
  const ownCards = await rowsOf(savedCards, (method) => saved(method));
  const declined = await rowsOf(declinedLater, (code, row) => saved(`pm_card_${cards[row]}`, code));
  const debited = await rowsOf(debitedLater, (code) => saved("pm_usBankAccount_success", code));
  const otherCards = await rowsOf(savedAlone, replaced);
  await world.moveClock({ advance: "P6D" });

  for (const { key, expected, made: client } of deposits) {
    expect((await client.read()).status, key).toBe(expected.status);
    expect(await world.mail(client.email), key).toContain(expected.mail);
  }
  const settled = deposits[0]?.made as Client;
  const dueOn = (await settled.read()).dues[1]?.dueOn;
  await world.moveClock({ to: `${dueOn}T19:00:00Z` });

  for (const { key, expected, made: client } of [...ownCards, ...otherCards, ...declined]) {
    expect(await dueOf(client), key).toEqual(expected);
    expect(await world.mail(client.email), key).toContain(expected.status === "paid" ? receipt : failedVerifications);
  }
  for (const { key, made: client } of debited) {
    expect(await dueOf(client), key).toMatchObject({ status: "processing", standing: "processing" });
    expect(await world.mail(client.email), key).toContain("Your payment is on its way");
  }
  const unanswered = await saved("pm_usBankAccount_processing");
  await world.moveClock({ advance: "P4DT12H" });

  expect(await unanswered.read()).toMatchObject({ status: "held", standing: "processing" });
  expect(await world.mail(unanswered.email)).toContain("Your payment is on its way");

  for (const { key, expected, made: client } of debited) {
    expect(await dueOf(client), key).toEqual(expected);
    expect(await world.mail(client.email), key).toContain(failedVerifications);
  }
  expect(await dueOf(settled)).toEqual(paid);
  expect(await world.mail(settled.email)).toContain(receipt);
  const [balances, stripe] = await Promise.all([world.balances(), world.stripeBalance()]);
  expect(stripe.consistent).toBe(true);
  expect(balances.stripe_balance).toBe(stripe.balance);
});

test("a deposit that is declined in its session can be paid with another card, and no mail is sent", async () => {
  const client = await signed();
  const sessionId = await client.checkout();

  const answers = await rowsOf(declinedOnPage, (method) => submit(client, sessionId, method));
  const unverified = await submit(client, sessionId, "pm_usBankAccount_failMicrodeposits");
  await world.quiesce();

  for (const { key, expected, made } of answers) {
    expect(made, key).toMatchObject({ status: "declined", declineCode: expected });
  }
  expect(unverified).toMatchObject({ error: { code: "payment_method_invalid_parameter" } });
  const { status, paid, dues } = await client.read();
  expect({ status, paid, due: dues[0]?.status }).toEqual({ status: "held", paid: 0, due: "scheduled" });
  expect(await world.mail(client.email)).not.toContain(noDeposit);
  expect((await submit(client, sessionId, "pm_card_visa")).status).toBe("succeeded");
});
