import { afterAll, beforeAll, expect, test } from "vitest";
import { Client, openCohort, startWorld, type World } from "../harness/world.ts";

let world: World;
let cohortId: string;
beforeAll(async () => {
  world = await startWorld();
  const plans = [{ kind: "installments", months: 3 }];
  cohortId = (await openCohort(world, { inDays: 150, count: 6, program: { plans } })).id;
});
afterAll(() => world.stop());

type Autopay = { enabled: boolean; method: { type: string; last4: string } | null; hash: string; html: string };

const read = async (client: Client): Promise<Autopay> =>
  world.must<Autopay>("GET", `${client.path}/autopay`, { token: await client.token() });
const put = async (client: Client, body: object) =>
  world.api<{ code?: string; autopay?: boolean }>("PUT", `${client.path}/autopay`, {
    token: await client.token(),
    body,
  });
const mailTo = async (client: Client, subject: string): Promise<string | undefined> =>
  (await world.mails(client.email)).findLast((mail) => mail.subject === subject)?.text;

/** A client who has signed, with or without the permission, and paid the deposit. */
async function paying(autopay: boolean, paymentMethod?: string): Promise<Client> {
  const client = new Client(world);
  await client.hold(cohortId, "installments");
  await client.sign(autopay);
  await client.pay(paymentMethod);
  return client;
}

/** The payment of a client's deposit at Stripe. */
async function depositOf({ id }: Client) {
  type Intent = { customer: string; payment_method: string; metadata: { bookingId?: string } };
  const { body } = await world.http.stripe<{ data: Intent[] }>("GET", "payment_intents?limit=100");
  const intent = body.data.find(({ metadata }) => metadata.bookingId === id);
  if (intent === undefined) throw new Error(`${id} has no payment`);
  return intent;
}

test("the permission is given with the signature, revoked, and given again by its hash, with a copy by mail", async () => {
  const client = await paying(true);
  const signed = await read(client);
  expect(signed).toMatchObject({ enabled: true, method: { type: "card", last4: "4242" } });
  expect(signed.html).toContain("to the card or bank account that you pay the deposit with");
  expect(await mailTo(client, "Your signed agreement")).toContain("This is your copy of the authorization:");

  expect(await put(client, { enabled: false })).toMatchObject({ status: 200, body: { autopay: false } });
  const offered = await read(client);
  expect(offered).toMatchObject({ enabled: false, method: { last4: "4242" } });
  expect(offered.html).toContain("to your card ending in 4242");
  expect(await put(client, { enabled: true })).toMatchObject({ status: 400, body: { code: "validation_failed" } });
  expect(await put(client, { enabled: true, hash: signed.hash })).toMatchObject({
    ...{ status: 409, body: { code: "agreement_changed" } },
  });
  expect(await put(client, { enabled: true, hash: offered.hash })).toMatchObject({ body: { autopay: true } });
  await world.quiesce();

  expect(await read(client)).toEqual({ ...offered, enabled: true });
  expect(await mailTo(client, "Automatic payments are on")).toContain("Installment 3 of 3");
});

test("without the permission the deposit's session saves no method, and no permission can be given later", async () => {
  const client = await paying(false);
  const { enabled, method, hash } = await read(client);
  const { payment_method } = await depositOf(client);
  const kept = await world.http.stripe<{ customer: string | null }>("GET", `payment_methods/${payment_method}`);

  expect([enabled, method, kept.body.customer]).toEqual([false, null, null]);
  expect(await put(client, { enabled: true, hash })).toMatchObject({
    ...{ status: 409, body: { code: "invalid_transition" } },
  });
});

test("a method that is removed at Stripe turns autopay off; one that its network updates does not", async () => {
  const [detached, deleted, withdrawn, updated] = [
    await paying(true),
    await paying(true),
    await paying(true, "pm_usBankAccount_success"),
    await paying(true),
  ];
  // The debit settles.
  await world.moveClock({ advance: "P5D" });
  expect((await withdrawn.read()).autopay).toBe(true);
  const of = await Promise.all([detached, deleted, withdrawn, updated].map(depositOf));
  await world.http.stripe("POST", `payment_methods/${of[0]?.payment_method}/detach`);
  await world.http.stripe("DELETE", `customers/${of[1]?.customer}`);
  await world.sim("POST", `/_sim/mandates/${await mandateOf(withdrawn)}/withdrawal`);
  const update = { last4: "4444", expYear: 2040, expMonth: 12 };
  await world.sim("POST", `/_sim/payment_methods/${of[3]?.payment_method}/network_update`, update);
  await world.quiesce();
  await world.moveClock({ advance: "PT5M" });

  for (const client of [detached, deleted, withdrawn]) {
    expect(await read(client)).toMatchObject({ enabled: false, method: null });
    expect(await mailTo(client, "Automatic payments are off")).toContain("or with a link that we send you");
  }
  expect(await read(updated)).toMatchObject({
    ...{ enabled: true, method: { last4: "4444", expiresOn: "2040-12-31" } },
  });
  expect((await updated.read()).dues[1]?.nextAttemptAt).not.toBeNull();
  expect((await detached.read()).dues[1]?.nextAttemptAt).toBeNull();
  expect(await world.misshapenEvents()).toEqual([]);
});

/** The mandate of the debit that paid a client's deposit. */
async function mandateOf({ id }: Client): Promise<string> {
  type Charge = {
    metadata: { bookingId?: string };
    payment_method_details: { us_bank_account?: { mandate?: string } };
  };
  const { body } = await world.http.stripe<{ data: Charge[] }>("GET", "charges?limit=100");
  const charge = body.data.find(({ metadata }) => metadata.bookingId === id);
  return charge?.payment_method_details.us_bank_account?.mandate ?? "";
}
