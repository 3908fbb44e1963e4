import type { Booking, Due } from "@clearing/domain/booking";
import { addDays, type CalendarDate } from "@clearing/domain/time";
import type { Answer, Client } from "../harness/http.ts";

/** How a client behaves through the year, and how their card or bank account does. */
export type Habit = {
  name: string;
  method: "card" | "us_bank_account";
  autopay: boolean;
  /** The outcome of each next payment with the saved method, once it is saved. */
  outcomes?: (random: () => number) => string[];
  /** The client's possible actions at the start of a day; at most one happens. */
  acts: Act[];
};

export type Person = {
  email: string;
  habit: Habit;
  /** A separate generator, so that other people's actions change nothing. */
  random: () => number;
  bookingId: string;
  /** Stripe's id of the method whose outcomes are set. */
  behaving: string | null;
  /** The date on which they cancel, if they give up. */
  cancelsOn: CalendarDate;
  cancelled: boolean;
};

export type Scene = {
  client: Client;
  today: CalendarDate;
  did(what: string): void;
  /** Repeats a request under one key until no fault strikes it. */
  ask(method: string, path: string, call: { token: string; body?: object }): Promise<Answer>;
};

/** Returns what is wrong with an answer; null if there was nothing to do. */
type Act = (scene: Scene, person: Person, booking: Booking) => Promise<string[] | null>;

const refusals = ["invalid_transition", "clearance_required", "payment_refused", "agreement_changed", "not_found"];
export const unexpected = (what: string, { status, body }: Answer): string[] =>
  status < 300 || refusals.includes(body?.code) ? [] : [`${what} was answered ${status} ${JSON.stringify(body)}`];

const unpaid = ({ amount, paid, waived = 0, status }: Due) => (status === "cancelled" ? 0 : amount - paid - waived);
const open = ({ dues }: Booking): Due[] => dues.filter((due) => due.kind !== "deposit" && unpaid(due) > 0);

/** Opens a page for a purpose, sometimes twice at once like an impatient click, and pays on it with a working card. */
async function pay(scene: Scene, person: Person, body: { purpose: string; dueId?: string; amount?: number }) {
  const { client, did } = scene;
  const { random } = person;
  const token = await client.token("client", person.email);
  const path = `/v1/bookings/${person.bookingId}/checkout`;
  const click = () => scene.ask("POST", path, { token, body });
  const [answer, again] = await Promise.all([click(), random() < 0.3 ? click() : undefined]);
  did(`${person.email} asks to pay ${JSON.stringify(body)}: ${answer.status} ${answer.body?.code ?? ""}`);
  const wrong = [answer, again].flatMap((one) => (one === undefined ? [] : unexpected(`${person.email} pays`, one)));
  if (wrong.length > 0 || answer.status !== 200) return wrong;
  const paymentMethod = random() < 0.15 ? "pm_card_chargeDeclined" : "pm_card_mastercard";
  const { body: outcome } = await client.sim("POST", `/_sim/checkout/${answer.body.sessionId}/payment`, {
    paymentMethod,
  });
  did(`${person.email} pays with ${paymentMethod}: ${outcome.status ?? outcome.error?.message}`);
  if (random() < 0.5) await client.call("GET", `/v1/checkout/return?session=${answer.body.sessionId}`);
  return [];
}

const payDue = (scene: Scene, person: Person, due: Due, part = false) => {
  const amount = Math.max(Math.floor(unpaid(due) / 3), Math.min(10_000, unpaid(due)));
  return pay(scene, person, { purpose: "due", dueId: due.id, ...(part ? { amount } : {}) });
};

/** Pays a due that needs the client's action, within some days. */
const paysWhatIsAsked: Act = async (scene, person, booking) => {
  const asked = open(booking).find(({ status }) => status === "action_required" || status === "past_due");
  return asked === undefined || person.random() < 0.4 ? null : payDue(scene, person, asked);
};

/** Pays with the notice's link, some days before the date. */
const paysByLink: Act = async (scene, person, booking) => {
  const near = open(booking).find(({ dueOn }) => dueOn <= addDays(scene.today, 7));
  return near === undefined || person.random() < 0.4 ? null : payDue(scene, person, near);
};

const paysEarly: Act = async (scene, person, booking) => {
  const [next] = open(booking);
  return next === undefined || person.random() < 0.75 ? null : payDue(scene, person, next, person.random() < 0.7);
};

const paysOff: Act = async (scene, person, booking) =>
  open(booking).length === 0 || scene.today < person.cancelsOn || person.random() < 0.5
    ? null
    : pay(scene, person, { purpose: "payoff" });

/** From some day on staff waive what is left, the last due first; until then the client pays early. */
const isWaived: Act = async (scene, person, booking) => {
  const last = open(booking).at(-1);
  if (last === undefined || scene.today < person.cancelsOn) return null;
  const token = await scene.client.token("finance", "finance@example.com");
  const path = `/v1/bookings/${person.bookingId}/dues/${last.id}/waiver`;
  const answer = await scene.ask("POST", path, { token, body: { reason: "Sample reason" } });
  scene.did(`staff waive ${last.id} of ${person.email}: ${answer.status}`);
  return unexpected(`${last.id} of ${person.email} is waived`, answer);
};

/** Saves another card once the old one is no longer charged. */
const savesAnother: Act = async (scene, person, booking) =>
  (booking.savedMethod?.unusable ?? null) === null || open(booking).length === 0
    ? null
    : pay(scene, person, { purpose: "payment_method" });

/** The network sends Stripe the new card, and it works. */
const isUpdated: Act = async ({ client, did }, { email }, { savedMethod }) => {
  if (savedMethod === undefined || savedMethod === null || savedMethod.unusable !== "declined") return null;
  const path = `/_sim/payment_methods/${savedMethod.id}`;
  await client.sim("POST", `${path}/behavior`, { outcomes: ["succeeds"] });
  const { status } = await client.sim("POST", `${path}/network_update`, { last4: "4444", expYear: 2045, expMonth: 12 });
  did(`the card of ${email} is updated by its network: ${status}`);
  return [];
};

const turnsAutopay: Act = async (scene, person, booking) => {
  if (person.random() < 0.8 || open(booking).length === 0) return null;
  const token = await scene.client.token("client", person.email);
  const path = `/v1/bookings/${person.bookingId}/autopay`;
  const { body } = await scene.ask("GET", path, { token });
  const wanted = booking.autopay ? { enabled: false } : { enabled: true, hash: body?.hash };
  const answer = await scene.ask("PUT", path, { token, body: wanted });
  scene.did(`${person.email} turns automatic collection: ${JSON.stringify(wanted.enabled)} ${answer.status}`);
  return unexpected(`${person.email} turns automatic collection`, answer);
};

const cancels: Act = async (scene, person) => {
  if (person.cancelled || scene.today < person.cancelsOn) return null;
  person.cancelled = true;
  const token = await scene.client.token("client", person.email);
  const path = `/v1/bookings/${person.bookingId}/cancellation`;
  const answer = await scene.ask("POST", path, { token, body: { reason: "Other plans" } });
  scene.did(`${person.email} cancels: ${answer.status}`);
  return unexpected(`${person.email} cancels`, answer);
};

/** Some payments succeed, and then one of these outcomes follows. */
const after = (most: number, then: string[]) => (random: () => number) => [
  ...Array.from({ length: Math.floor(random() * (most + 1)) }, () => "succeeds"),
  ...then,
];

const card = { method: "card", autopay: true } as const;
const debit = { method: "us_bank_account", autopay: true } as const;

/** The card is detached or the customer deleted at Stripe; the rest is paid by link. */
const loses =
  (what: "card" | "customer"): Act =>
  async ({ client, today, did }, { email, cancelsOn }, { savedMethod }) => {
    if (savedMethod === undefined || savedMethod === null || savedMethod.unusable !== null || today < cancelsOn)
      return null;
    const { status } =
      what === "card"
        ? await client.stripe("POST", `payment_methods/${savedMethod.id}/detach`, {})
        : await client.stripe("DELETE", `customers/${savedMethod.customerId}`);
    did(`${email} loses the ${what}: ${status}`);
    return status === 200 || status >= 500 ? [] : [`${email} loses the ${what}: ${status}`];
  };

/** One of each kind; `npm test` uses the first twenty. */
export const habits: readonly Habit[] = [
  { name: "a card that works", ...card, acts: [] },
  {
    name: "a card that lacks funds at times",
    ...card,
    outcomes: (random) => Array.from({ length: 40 }, () => (random() < 0.5 ? "insufficient_funds" : "succeeds")),
    acts: [paysWhatIsAsked],
  },
  {
    name: "a card that fails twice, then works",
    ...card,
    outcomes: after(1, ["insufficient_funds", "insufficient_funds", "succeeds"]),
    acts: [],
  },
  {
    name: "a card that is lost, then payments by link",
    ...card,
    outcomes: after(2, ["lost_card"]),
    acts: [paysWhatIsAsked],
  },
  {
    name: "a card that expires, then another card",
    ...card,
    outcomes: after(2, ["expired_card"]),
    acts: [savesAnother],
  },
  {
    name: "a debit that is returned at times",
    ...debit,
    outcomes: (random) => Array.from({ length: 40 }, () => (random() < 0.5 ? "insufficient_funds" : "succeeds")),
    acts: [paysWhatIsAsked],
  },
  { name: "vanishes", ...card, autopay: false, acts: [] },
  { name: "pays off", ...card, acts: [paysOff] },
  {
    name: "a card that requires authentication",
    ...card,
    outcomes: (random) => Array.from({ length: 40 }, () => (random() < 0.5 ? "authentication_required" : "succeeds")),
    acts: [paysWhatIsAsked],
  },
  { name: "a card that never has funds", ...card, outcomes: after(2, ["insufficient_funds"]), acts: [] },
  { name: "a card that its network updates", ...card, outcomes: after(1, ["expired_card"]), acts: [isUpdated] },
  { name: "a card that is detached", ...card, acts: [loses("card"), paysWhatIsAsked] },
  { name: "a customer who is deleted", ...card, acts: [loses("customer"), paysWhatIsAsked] },
  { name: "a card that is lost, then no payments", ...card, outcomes: after(1, ["lost_card"]), acts: [] },
  { name: "a debit that works", ...debit, acts: [] },
  { name: "an account that is closed", ...debit, outcomes: after(2, ["account_closed"]), acts: [paysWhatIsAsked] },
  { name: "links, in time", ...card, autopay: false, acts: [paysByLink] },
  { name: "links, late", ...card, autopay: false, acts: [paysWhatIsAsked] },
  { name: "pays early, in parts", ...card, acts: [paysEarly] },
  { name: "pays off without permission", ...card, autopay: false, acts: [paysByLink, paysOff] },
  { name: "changes the permission", ...card, acts: [turnsAutopay, paysWhatIsAsked] },
  { name: "pays early, then staff waive the rest", ...card, acts: [isWaived, paysEarly] },
  { name: "pays late, then cancels", ...card, autopay: false, acts: [cancels, paysWhatIsAsked] },
  { name: "cancels", ...card, outcomes: after(3, ["insufficient_funds"]), acts: [cancels] },
];
