import type { Stripe } from "stripe";
import type { Faults } from "../faults.ts";
import { invalidRequest, noSuch, StripeFailure } from "../http/stripe-error.ts";
import type { World } from "../world.ts";
import { endDebit } from "./bank-debits.ts";
import type { SessionNotes } from "./checkout-sessions.ts";
import { createCustomer } from "./customers.ts";
import { useMethod } from "./make-method.ts";
import { awaitsMicrodeposits, type Verification } from "./microdeposits.ts";
import { createIntent, type IntentNotes } from "./payment-intents.ts";
import { authenticateIntent, payIntent, verifyAccount } from "./payments.ts";
import { authenticateSetup, createSetupIntent, setUp } from "./setup-intents.ts";

/** The result of pressing the hosted page's Pay button, or a challenge page's button. */
export type Outcome = {
  status: "succeeded" | "processing" | "requires_action" | "declined" | "expired";
  declineCode?: string;
  message?: string;
  paymentIntent?: string;
  setupIntent?: string;
};

/** The session that an intent belongs to, if any. */
type Intent = Stripe.PaymentIntent | Stripe.SetupIntent;

/** Pays an open session with a method. The first try creates the intent, and later tries reuse it. */
export function submitSession(
  world: World,
  faults: Faults,
  sessionId: string,
  methodId: string,
  { email, microdeposits = false }: { email?: string | undefined; microdeposits?: boolean } = {},
): Outcome {
  const session = world.objects.find("checkout.session", sessionId);
  if (!session) throw noSuch("checkout.session", sessionId);
  if (session.status === "expired" || session.expires_at <= world.seconds()) return { status: "expired" };
  if (session.status === "complete") return outcomeOf(intentOf(world, session));
  const method = useMethod(world, methodId);
  if (!session.payment_method_types.includes(method.type)) {
    throw invalidRequest(`This Checkout Session does not offer ${method.type}.`, { param: "paymentMethod" });
  }
  const ready = withIntent(world, withCustomer(world, session, email));
  const intent = intentOf(world, ready);
  const returnUrl = `${world.baseUrl()}/c/pay/${sessionId}`;
  return settle(world, () =>
    intent.object === "payment_intent"
      ? payIntent(world, faults, intent, method, { offSession: false, returnUrl, mandateAccepted: true, microdeposits })
      : setUp(world, intent, method, { returnUrl, mandateAccepted: true }),
  );
}

/** The challenge page's answer for a payment or setup intent, with or without a session. */
export function authenticate(world: World, faults: Faults, id: string, success: boolean): Outcome {
  const intent = world.objects.find("payment_intent", id) ?? world.objects.find("setup_intent", id);
  if (!intent) throw noSuch("payment_intent", id, "intent");
  return settle(world, () =>
    intent.object === "payment_intent"
      ? authenticateIntent(world, faults, intent, success)
      : authenticateSetup(world, intent, success),
  );
}

/** Ends a bank debit and updates its session. */
export function endHostedDebit(world: World, faults: Faults, chargeId: string, settled: boolean): void {
  const intent = endDebit(world, faults, chargeId, settled);
  const session = intent && sessionOf(world, intent);
  if (!session) return;
  const told: Stripe.Checkout.Session = { ...session, payment_status: settled ? "paid" : "unpaid" };
  world.objects.update<"checkout.session">(told);
  world.emit(settled ? "checkout.session.async_payment_succeeded" : "checkout.session.async_payment_failed", told);
}

/** Applies the result of an intent's micro-deposits and updates its session. */
export function verifyHosted(world: World, id: string, result: Verification): Outcome {
  const intent = world.objects.find("payment_intent", id);
  if (!intent) throw noSuch("payment_intent", id, "intent");
  const verified = verifyAccount(world, intent, result);
  const session = sessionOf(world, verified);
  if (session && result !== "verified") world.emit("checkout.session.async_payment_failed", session);
  return outcomeOf(verified);
}

export function sessionOf(world: World, intent: Intent): Stripe.Checkout.Session | undefined {
  const { session } = world.objects.notes<IntentNotes>(intent.id);
  return session === undefined ? undefined : world.objects.find("checkout.session", session);
}

function settle(world: World, act: () => Intent): Outcome {
  try {
    const intent = act();
    const outcome = outcomeOf(intent);
    const session = sessionOf(world, intent);
    const submitted = outcome.status === "succeeded" || outcome.status === "processing" || awaitsMicrodeposits(intent);
    if (session?.status === "open" && submitted) complete(world, session, intent);
    return outcome;
  } catch (error) {
    if (!(error instanceof StripeFailure) || error.status !== 402) throw error;
    const { body } = error;
    return {
      status: "declined",
      declineCode: body.decline_code ?? body.code ?? "generic_decline",
      message: body.message,
      ...(body.payment_intent ? { paymentIntent: body.payment_intent.id } : {}),
      ...(body.setup_intent ? { setupIntent: body.setup_intent.id } : {}),
    };
  }
}

function outcomeOf(intent: Intent): Outcome {
  const id = intent.object === "payment_intent" ? { paymentIntent: intent.id } : { setupIntent: intent.id };
  if (intent.status === "succeeded" || intent.status === "requires_capture") return { status: "succeeded", ...id };
  if (intent.status === "processing") return { status: "processing", ...id };
  if (intent.status === "requires_action") return { status: "requires_action", ...id };
  if (intent.status === "canceled") return { status: "expired", ...id };
  const error = intent.object === "payment_intent" ? intent.last_payment_error : intent.last_setup_error;
  const declineCode = error?.decline_code ?? error?.code;
  return {
    status: "declined",
    ...(declineCode ? { declineCode } : {}),
    ...(error?.message ? { message: error.message } : {}),
    ...id,
  };
}

function complete(world: World, session: Stripe.Checkout.Session, intent: Intent): void {
  const customer = world.objects.find("customer", (session.customer as string | null) ?? "");
  const known = customer && !customer.deleted ? customer : undefined;
  const completed: Stripe.Checkout.Session = {
    ...session,
    status: "complete",
    payment_status:
      session.mode === "setup" ? "no_payment_required" : intent.status === "succeeded" ? "paid" : "unpaid",
    url: null,
    customer_details: {
      address: null,
      business_name: null,
      email: known?.email ?? session.customer_email ?? null,
      individual_name: null,
      name: known?.name ?? null,
      phone: known?.phone ?? null,
      tax_exempt: "none",
      tax_ids: [],
    },
  };
  world.objects.update<"checkout.session">(completed);
  world.timers.clear(session.id);
  world.emit("checkout.session.completed", completed);
}

/** Makes a guest a customer if the session says so or the method is to be saved. */
function withCustomer(
  world: World,
  session: Stripe.Checkout.Session,
  email: string | undefined,
): Stripe.Checkout.Session {
  if (session.customer !== null) return session;
  const known = session.customer_email ?? email ?? null;
  const { intentData } = world.objects.notes<SessionNotes>(session.id);
  const options = (session.payment_method_options ?? {}) as Record<string, { setup_future_usage?: string } | undefined>;
  const kept =
    session.mode === "setup" ||
    intentData?.setup_future_usage !== undefined ||
    Object.values(options).some((option) => option?.setup_future_usage !== undefined);
  const named: Stripe.Checkout.Session = { ...session, customer_email: known };
  if (kept || session.customer_creation === "always") named.customer = createCustomer(world, { email: known }).id;
  world.objects.update<"checkout.session">(named);
  return named;
}

function withIntent(world: World, session: Stripe.Checkout.Session): Stripe.Checkout.Session {
  if (session.payment_intent !== null || session.setup_intent !== null) return session;
  const { intentData, setupData } = world.objects.notes<SessionNotes>(session.id);
  const customer = (session.customer as string | null) ?? undefined;
  const common = {
    customer,
    allowed_payment_method_types: session.payment_method_types,
    payment_method_options: session.payment_method_options ?? {},
  };
  const linked: Stripe.Checkout.Session =
    session.mode === "setup"
      ? { ...session, setup_intent: createSetupIntent(world, { ...common, ...setupData }, { session: session.id }).id }
      : {
          ...session,
          payment_intent: createIntent(
            world,
            { ...common, ...intentData, amount: session.amount_total ?? 0, currency: session.currency ?? "usd" },
            { session: session.id },
          ).id,
        };
  world.objects.update<"checkout.session">(linked);
  return linked;
}

function intentOf(world: World, session: Stripe.Checkout.Session): Intent {
  const intent =
    world.objects.find("payment_intent", (session.payment_intent as string | null) ?? "") ??
    world.objects.find("setup_intent", (session.setup_intent as string | null) ?? "");
  if (!intent) throw new Error(`session ${session.id} has no intent`);
  return intent;
}
