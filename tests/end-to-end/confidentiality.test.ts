import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DynamoDBClient, paginateScan } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { storedText } from "../harness/stored-text.ts";
import { Client, openCohort, participantBody, startWorld, type World } from "../harness/world.ts";

const canary = "canary-7f3a-hears-voices";
/** By who cancels. */
const reasons = { client: "canary-51c0-my-nerves-again", admin: "canary-9d24-she-is-too-ill" };
let world: World;
let client: Client;
const left: Partial<Record<keyof typeof reasons, Client>> = {};
beforeAll(async () => {
  world = await startWorld();
  client = new Client(world, "whistling-heron@example.com");
  await client.deposit((await openCohort(world)).id);
  await client.evaluate("medical", "cleared_with_conditions", { note: canary });
  await client.evaluate("psychiatric", "needs_information", { note: canary });
  await client.evaluate("psychiatric", "cleared");
  const token = await world.token("clinician");
  await world.must("POST", `/v1/screenings/${client.id}/withdrawal`, { token, body: { note: canary } });
  await client.clear();
  for (const by of ["client", "admin"] as const) {
    const leaver = new Client(world);
    left[by] = leaver;
    await leaver.deposit((await openCohort(world, { inDays: 80 })).id);
    await world.must("POST", `${leaver.path}/cancellation`, {
      token: by === "client" ? await leaver.token() : await world.token("admin"),
      key: `${by}-cancels`,
      body: { reason: reasons[by] },
    });
  }
  await world.quiesce();
});
afterAll(() => world.stop());

type Schema = { KeySchema?: { AttributeName: string }[] };

/** All stored items in pages of one table each, with the key names of the table and its indexes. */
async function everyPage() {
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const db = new DynamoDBClient({ endpoint: world.stack.dynamoDbUrl, region: "us-east-1", credentials });
  const pages = [];
  for (const { name, create } of world.stack.topology.tables) {
    const schemas = [create, ...((create.GlobalSecondaryIndexes ?? []) as Schema[])] as Schema[];
    const names = schemas.flatMap(({ KeySchema = [] }) => KeySchema.map(({ AttributeName }) => AttributeName));
    for await (const { Items } of paginateScan({ client: db }, { TableName: name })) pages.push({ name, names, Items });
  }
  db.destroy();
  return pages;
}

async function tablesWith(text: string): Promise<string[]> {
  const found = (await everyPage()).filter(({ Items }) => storedText(Items).includes(text));
  return [...new Set(found.map(({ name }) => name))];
}

const logs = (): string => {
  const folder = join(world.stack.dataDir, "logs");
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("\n");
};

async function stripeObjects(): Promise<string> {
  const lists = ["customers", "checkout/sessions", "payment_intents", "charges", "refunds", "events"];
  const answers = lists.map(async (list) => JSON.stringify((await world.http.stripe("GET", `${list}?limit=100`)).body));
  return (await Promise.all(answers)).join("\n");
}

describe.each(["client", "admin"] as const)("the reason that the %s wrote when they cancelled", (by) => {
  const reason = reasons[by];

  test("is stored only in the core table: in no event, log, audit record, mail or object at Stripe (I8)", async () => {
    const found = await tablesWith(reason);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/core/i);
    const events = JSON.stringify(await world.must("GET", "/_local/events"));
    const mail = JSON.stringify(await world.must("GET", "/_local/mail"));
    for (const text of [events, mail, logs(), await stripeObjects()]) expect(text).not.toContain(reason);
  });

  test("is shown only to an admin", async () => {
    const leaver = left[by] as Client;
    const seenBy = async (token: string) => (await world.must("GET", leaver.path, { token })).cancellationReason;
    expect(await seenBy(await world.token("admin"))).toBe(reason);
    expect(await seenBy(await world.token("finance"))).toBeUndefined();
    expect(await seenBy(await world.token("clinician"))).toBeUndefined();
    expect(await seenBy(await leaver.token())).toBeUndefined();
  });
});

describe("clinical data stays in the clinical store (I8)", () => {
  test("control: the search finds the clinician's note in the clinical table", async () => {
    const found = await tablesWith(canary);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/clinical/i);
  });

  test("control: the search finds the words of an agreement, which is stored packed", async () => {
    expect((await tablesWith("<h1>Booking agreement</h1>")).map((name) => /core/i.test(name))).toEqual([true]);
  });

  test("the note is in no event, log or mail, and in no object at Stripe", async () => {
    const events = JSON.stringify(await world.must("GET", "/_local/events"));
    const mail = JSON.stringify(await world.must("GET", "/_local/mail"));
    for (const text of [events, mail, logs(), await stripeObjects()]) {
      expect(text).not.toContain(canary);
      expect(text).not.toContain("needs_information");
      expect(text).not.toContain("cleared_with_conditions");
    }
  });

  test("a clinical outcome is only in the clinical table", async () => {
    for (const outcome of ["needs_information", "cleared_with_conditions"]) {
      expect((await tablesWith(outcome)).every((name) => /clinical/i.test(name))).toBe(true);
    }
  });

  test("events and logs contain ids and amounts, never a name or an address", async () => {
    const events = JSON.stringify(await world.must("GET", "/_local/events"));
    for (const text of [events, logs()]) {
      expect(text).toContain(client.id);
      expect(text).not.toContain("whistling-heron");
      expect(text).not.toContain("Sample Person");
    }
  });

  test("no key of a table or index contains an e-mail address", async () => {
    const keys: string[] = [];
    for (const { Items = [], names } of await everyPage()) {
      keys.push(...Items.flatMap((item) => names.map((name) => item[name]?.S ?? "")));
    }
    expect(keys).toContain(`BKG#${client.id}`);
    expect(keys.filter((key) => key.includes("@"))).toEqual([]);
  });

  test("mails and objects at Stripe do not mention a treatment", async () => {
    const mail = JSON.stringify(await world.must("GET", "/_local/mail"));
    for (const text of [mail, await stripeObjects()]) {
      expect(text).not.toMatch(/ketamine|therap|psych|medical|clinic/i);
      // Random ids and hashes can contain a word of three letters.
      expect(text).not.toMatch(/(?<![0-9a-z_])KAP(?![0-9a-z])/i);
    }
  });

  test("a clinician's read is logged before the answer is sent", async () => {
    const token = await world.token("clinician");
    const purpose = { "access-purpose": "operations" };
    const answer = await world.api("GET", `/v1/screenings/${client.id}`, { token, headers: purpose });
    expect(JSON.stringify(answer.body)).toContain(canary);
    expect((await tablesWith("ACCESS#"))[0]).toMatch(/clinical/i);
  });
});

describe("a client's payment method", () => {
  /** The stored charge of the deposit. */
  async function stored(): Promise<Record<string, { S?: string; M?: Record<string, { S?: string }> }>> {
    const items = (await everyPage()).flatMap(({ Items = [] }) => Items);
    const charge = items.find(({ pk, sk }) => pk?.S === `BKG#${client.id}` && sk?.S?.startsWith("CHG#"));
    if (charge === undefined) throw new Error(`${client.id} has no charge`);
    return charge as never;
  }
  const wayOfPaying = async () =>
    Object.values((await stored()).paidWith?.M ?? {}).flatMap(({ S }) => (S === undefined ? [] : [S]));

  test("is stored with the charge, and with the id of Stripe's balance transaction", async () => {
    const { balanceTransactionId } = await stored();

    expect((await wayOfPaying()).map((id) => id.slice(0, 2)).sort()).toEqual(["fp", "nt", "pm"]);
    expect(balanceTransactionId?.S).toMatch(/^txn_/);
  });

  test("is in no event, log, mail or answer", async () => {
    const events = JSON.stringify(await world.must("GET", "/_local/events"));
    const mail = JSON.stringify(await world.must("GET", "/_local/mail"));
    const tokens = [await client.token(), await world.token("admin"), await world.token("finance")];
    const answers = await Promise.all(tokens.map((token) => world.must("GET", client.path, { token })));
    const texts = [events, mail, logs(), JSON.stringify(answers)];

    for (const id of await wayOfPaying()) for (const text of texts) expect(text).not.toContain(id);
  });
});

describe("an address that bounced", () => {
  const address = "bounce+quiet-otter@simulator.amazonses.com";
  let bounced: Client;
  beforeAll(async () => {
    bounced = new Client(world, address);
    await bounced.hold((await openCohort(world)).id);
    await world.quiesce();
  });

  test("is shown on the booking, only to staff", async () => {
    const seenBy = async (token: string) => (await world.must("GET", bounced.path, { token })).undeliverable;

    for (const role of ["admin", "finance", "clinician"]) {
      expect(await seenBy(await world.token(role))).toEqual([
        { recipient: "payer", kind: "bounced", at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) },
      ]);
    }
    expect(await seenBy(await bounced.token())).toBeUndefined();
    const other = await world.must("GET", client.path, { token: await world.token("admin") });
    expect(other.undeliverable).toEqual([]);
  });

  test("is in no log, event or key", async () => {
    const events = JSON.stringify(await world.must("GET", "/_local/events"));
    for (const text of [events, logs()]) {
      expect(text).toContain(bounced.id);
      expect(text).not.toContain("quiet-otter");
    }
    expect(await keysWith("quiet-otter")).toEqual([]);
    expect(await keysWith("BOUNCE#")).toHaveLength(1);
  });
});

test("an invitation is sent to the participant once the payer has signed, and does not name the payer", async () => {
  const payer = new Client(world, "paying-badger@example.com");
  const guest = "invited-marten@example.com";
  const quoteId = await payer.quote((await openCohort(world)).id);
  const body = { quoteId, participant: participantBody(guest) };
  const token = await payer.token();
  payer.id = (await world.must<{ id: string }>("POST", "/v1/bookings", { token, key: "for-a-guest", body })).id;
  await world.quiesce();
  expect(await world.mail(guest)).toEqual([]);

  await payer.sign();
  await world.quiesce();

  const mails = await world.mails(guest);
  expect(mails).toMatchObject([{ subject: "Please accept or decline your place" }]);
  expect(JSON.stringify(mails)).not.toContain("badger");
});

test("the log withholds no field: each value has its field's shape", () => {
  const withheld = logs()
    .split("\n")
    .filter((line) => line.includes("[withheld]"));

  expect(withheld).toEqual([]);
});

/** The keys of all tables and indexes that contain this text. */
async function keysWith(text: string): Promise<string[]> {
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const db = new DynamoDBClient({ endpoint: world.stack.dynamoDbUrl, region: "us-east-1", credentials });
  const found: string[] = [];
  for (const { name } of world.stack.topology.tables) {
    for await (const { Items = [] } of paginateScan({ client: db }, { TableName: name })) {
      const keys = Items.flatMap((item) => Object.entries(item).filter(([key]) => /^(pk|sk)$|(Pk|Sk)$/.test(key)));
      found.push(...keys.map(([, value]) => value.S ?? "").filter((value) => value.includes(text)));
    }
  }
  db.destroy();
  return found;
}
