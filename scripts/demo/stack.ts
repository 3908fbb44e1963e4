import { parseArgs, styleText } from "node:util";

/** The options of `npm run demo`: which walk, and the addresses of the running stack. */
export const { values: flags } = parseArgs({
  options: {
    plan: { type: "string", default: "deposit_and_balance" },
    api: { type: "string", default: `http://127.0.0.1:${process.env.PORT ?? 8787}` },
    simulator: { type: "string", default: `http://127.0.0.1:${process.env.STRIPE_SIMULATOR_PORT ?? 8790}` },
  },
});

export type Json = Record<string, unknown>;
type Call = { token?: string; body?: object; key?: string; base?: string };

export async function call<Answer = Json>(
  method: string,
  path: string,
  { token, body, key, base }: Call = {},
): Promise<Answer> {
  const address = base ?? flags.api;
  const response = await fetch(`${address}${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(key === undefined ? {} : { "idempotency-key": key }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => {
    throw new Error(
      `nothing answers at ${address}: start the stack, or set PORT and STRIPE_SIMULATOR_PORT to its ports`,
    );
  });
  const answer = (await response.json()) as Answer;
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${JSON.stringify(answer)}`);
  return answer;
}

export const run = Date.now().toString(36);
export const email = `demo-${run}@example.com`;
export const signIn = async (role: string, address: string): Promise<string> =>
  (await call<{ token: string }>("POST", "/_local/token", { body: { role, email: address } })).token;

/** Bold on a terminal, plain text in a file or a pipe. */
export const bold = (text: string) => styleText("bold", text, { stream: process.stdout });
export const step = (title: string, detail = "") => console.log(`\n${bold(title)}${detail && `\n  ${detail}`}`);
export const money = (amount: unknown) =>
  (Number(amount) / 100).toLocaleString("en-US", { style: "currency", currency: "USD" });

/** The sample person who books, pays and takes part. */
export const participant = { name: "Sample Person", email, phone: "+1 555 0100", dateOfBirth: "1985-05-17" };

export type Due = {
  id: string;
  kind: string;
  amount: number;
  dueOn: string;
  status: string;
  lastFailure: string | null;
};
export type Booking = { id: string; status: string; standing: string; financeCharge: number; dues: Due[] };
export type Entry = { reference: string; postings: { account: string; debit: number; credit: number }[] };
export type Event = { type: string; time: string; detail: { subject: { id: string }; data: Json } };

/** Two clinicians clear the participant of a booking. */
export async function clear(bookingId: string): Promise<void> {
  for (const kind of ["medical", "psychiatric"]) {
    const clinician = await signIn("clinician", `${kind}@example.com`);
    await call("POST", `/v1/screenings/${bookingId}/evaluations`, {
      token: clinician,
      body: { kind, outcome: "cleared" },
    });
    step(`The ${kind} evaluation clears`);
  }
  await call("POST", "/_local/quiesce");
}

/** The events of a booking on the bus. */
export async function eventsOf(bookingId: string): Promise<Event[]> {
  const { items } = await call<{ items: Event[] }>("GET", "/_local/events");
  return items.filter(({ detail }) => detail.subject.id === bookingId || detail.data.bookingId === bookingId);
}

export async function journalOf(bookingId: string): Promise<Entry[]> {
  const token = await signIn("finance", "finance@example.com");
  return (await call<{ items: Entry[] }>("GET", `/v1/finance/journal?bookingId=${bookingId}`, { token })).items;
}
