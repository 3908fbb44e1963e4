import { createHmac, randomUUID } from "node:crypto";
import { get } from "node:http";
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  Client,
  loan,
  openCohort,
  type Problem,
  participantBody,
  programBody,
  startWorld,
  type World,
} from "../harness/world.ts";

let world: World;
let admin: string;
beforeAll(async () => {
  world = await startWorld({ settlementCurrencies: "usd,cad,bhd" });
  admin = await world.token("admin");
});
afterAll(() => world.stop());

const paths = (answer: { body: unknown }) =>
  ((answer.body as { errors?: { path: string }[] }).errors ?? []).map(({ path }) => path);

describe("invalid input is refused with its path", () => {
  const post = (body: unknown) => world.api("POST", "/v1/programs", { token: admin, body });

  test("malformed JSON, a missing body, and another content type", async () => {
    const raw = await world.api("POST", "/v1/programs", { token: admin, raw: "{not json" });
    expect(raw).toMatchObject({ status: 400, body: { code: "validation_failed" } });
    expect((await world.api("POST", "/v1/programs", { token: admin })).status).toBe(400);
    const headers = { "content-type": "text/plain" };
    expect((await world.api("POST", "/v1/programs", { token: admin, raw: "x", headers })).status).toBe(400);
    expect(raw.headers.get("content-type")).toContain("application/problem+json");
  });

  test("wrong types, unknown fields, negative and fractional amounts", async () => {
    const broken = {
      ...programBody,
      days: "seven",
      surprise: true,
      deposit: { kind: "amount", amount: -5 },
      placeTypes: [{ type: "private", price: 10.5 }],
    };
    const answer = await post(broken);
    expect(answer.status).toBe(400);
    expect(paths(answer)).toEqual(expect.arrayContaining(["days", "surprise", "deposit.amount", "placeTypes.0.price"]));
  });

  test("tiers out of order, and a deposit that is as high as the price", async () => {
    const tiers = [
      { daysBefore: 30, refundPercent: 50 },
      { daysBefore: 60, refundPercent: 100 },
    ];
    expect(paths(await post({ ...programBody, cancellation: { administrationFee: 0, tiers } }))).toEqual(
      expect.arrayContaining(["cancellation.tiers.1.daysBefore", "cancellation.tiers"]),
    );
    expect(paths(await post({ ...programBody, deposit: { kind: "amount", amount: 1_850_000 } }))).toEqual(["deposit"]);
  });

  test("dates that do not exist, are past, in 500 years or too long for the program; too many places; a price below the smallest charge", async () => {
    const made = await world.must<{ id: string }>("POST", "/v1/programs", { token: admin, body: programBody });
    const cohort = (changes: object) =>
      world.api("POST", "/v1/cohorts", {
        token: admin,
        body: {
          programId: made.id,
          startsOn: "2031-03-01",
          endsOn: "2031-03-07",
          timeZone: "America/Denver",
          venue: "Sample House",
          places: [{ type: "private", count: 2 }],
          ...changes,
        },
      });
    expect(paths(await cohort({ startsOn: "2031-02-30" }))).toEqual(["startsOn"]);
    expect(paths(await cohort({ startsOn: "2020-03-01", endsOn: "2020-03-07" }))).toEqual(["startsOn"]);
    expect(paths(await cohort({ startsOn: "2531-03-01", endsOn: "2531-03-07" }))).toEqual(["startsOn"]);
    expect(paths(await cohort({ endsOn: "2031-03-09" }))).toEqual(["endsOn"]);
    expect(paths(await cohort({ timeZone: "Mars/Olympus" }))).toEqual(["timeZone"]);
    expect(paths(await cohort({ places: [{ type: "private", count: 61 }] }))).toEqual(["places.0.count"]);
    const price = 250_049;
    expect(paths(await cohort({ places: [{ type: "private", count: 2, price }] }))).toEqual(["places.0.price"]);
    expect((await cohort({})).status).toBe(201);
  });

  test("a currency that the Stripe account does not settle, and one that is not supported", async () => {
    const refused = await post({ ...programBody, currency: "eur" });
    expect(paths(refused)).toEqual(["currency"]);
    expect(JSON.stringify(refused.body)).toContain("usd, cad, bhd");
    expect(paths(await post({ ...programBody, currency: "xau" }))).toEqual(["currency"]);
    const made = await world.must<{ id: string }>("POST", "/v1/programs", { token: admin, body: programBody });
    const change = { token: admin, body: { currency: "eur" } };
    expect(paths(await world.api("PATCH", `/v1/programs/${made.id}`, change))).toEqual(["currency"]);
    const finance = await world.token("finance");
    expect(paths(await world.api("GET", "/v1/finance/trial-balance?currency=xau", { token: finance }))).toEqual([
      "query.currency",
    ]);
  });

  test("amounts between the steps of the program's currency, and amounts that no charge can have", async () => {
    const dinars = (changes: object) => post({ ...programBody, currency: "bhd", ...changes });
    expect(paths(await dinars({ deposit: { kind: "amount", amount: 250_005 } }))).toEqual(["deposit.amount"]);
    expect(paths(await post({ ...programBody, placeTypes: [{ type: "private", price: 100_000_000 }] }))).toEqual([
      "placeTypes.0.price",
    ]);
    expect(paths(await post({ ...programBody, lateCharge: { amount: 49, graceDays: 1 } }))).toEqual([
      "lateCharge.amount",
    ]);
    const made = await world.must<{ id: string }>("POST", "/v1/programs", {
      token: admin,
      body: { ...programBody, currency: "bhd" },
    });
    const places = [{ type: "private", count: 1, price: 1_850_005 }];
    const dates = { startsOn: "2031-03-10", endsOn: "2031-03-16", timeZone: "America/Denver", venue: "Sample House" };
    const cohort = await world.api("POST", "/v1/cohorts", {
      token: admin,
      body: { programId: made.id, ...dates, places },
    });
    expect(paths(cohort)).toEqual(["places.0.price"]);
  });

  test("another currency after a program was published", async () => {
    const made = await world.must<{ id: string }>("POST", "/v1/programs", { token: admin, body: programBody });
    const change = (body: object) => world.api("PATCH", `/v1/programs/${made.id}`, { token: admin, body });
    expect((await change({ currency: "cad" })).status).toBe(200);
    expect((await change({ status: "published" })).status).toBe(200);
    expect(paths(await change({ currency: "usd" }))).toEqual(["currency"]);
    expect((await change({ currency: "cad" })).status).toBe(200);
  });

  test("a cursor of another list, or of the same list from another day", async () => {
    await openCohort(world);
    await openCohort(world);
    type Page = { items: { startsOn: string }[]; nextCursor: string };
    const first = await world.must<Page>("GET", "/v1/cohorts?limit=1");
    const cursor = encodeURIComponent(first.nextCursor);

    expect((await world.api("GET", `/v1/cohorts?limit=2&cursor=${cursor}`)).status).toBe(200);
    const misused = [`/v1/cohorts?from=2099-01-01&cursor=${cursor}`, `/v1/programs?cursor=${cursor}`];
    for (const path of misused) expect(paths(await world.api("GET", path))).toEqual(["query.cursor"]);
  });

  test("a body that is too large", async () => {
    const answer = await post({ ...programBody, summary: "x".repeat(300_000) });
    expect(answer).toMatchObject({ status: 413, body: { code: "payload_too_large" } });
  });

  test("a request without a required Idempotency-Key", async () => {
    const client = new Client(world);
    const quoteId = await client.quote((await openCohort(world)).id);
    const body = { quoteId, participant: participantBody(client.email) };
    const answer = await world.api("POST", "/v1/bookings", { token: await client.token(), body });
    expect(answer).toMatchObject({ status: 400, body: { code: "idempotency_key_required" } });
  });
});

describe("access", () => {
  test("the gateway refuses forged and expired tokens", async () => {
    const token = await world.token("finance");
    const [head, claims] = token.split(".");
    const forged = `${head}.${claims}.${createHmac("sha256", "guess").update(`${head}.${claims}`).digest("base64url")}`;
    expect((await world.api("GET", "/v1/finance/journal", { token: forged })).status).toBe(401);
    expect((await world.api("GET", "/v1/finance/journal", {})).status).toBe(401);
    await world.moveClock({ advance: "PT2H" });
    expect((await world.api("GET", "/v1/finance/journal", { token })).status).toBe(401);
    admin = await world.token("admin");
  });

  test("a token that the gateway has cached as valid is refused once it has expired", async () => {
    const token = await world.token("admin");
    const statusOf = async () => (await world.api<Problem>("GET", "/v1/bookings", { token })).status;
    expect(await statusOf()).toBe(200);
    await world.moveClock({ advance: "PT13M" });
    expect(await statusOf()).toBe(200);
    await world.moveClock({ advance: "PT3M" });
    expect(await world.api<Problem>("GET", "/v1/bookings", { token })).toMatchObject({
      status: 401,
      body: { code: "unauthenticated" },
    });
    admin = await world.token("admin");
  });

  test("every route answers 404 for another client's booking", async () => {
    const client = new Client(world);
    await client.hold((await openCohort(world)).id);
    const token = await world.token("client", "stranger@example.com");
    const tries = [
      world.api("GET", client.path, { token }),
      world.api("GET", `${client.path}/agreement`, { token }),
      world.api("POST", `${client.path}/agreement`, {
        token,
        body: { hash: "0".repeat(64), signature: "Sample Person", accepted: true },
      }),
      world.api("POST", `${client.path}/checkout`, { token, key: randomUUID(), body: { purpose: "deposit" } }),
      world.api("GET", `${client.path}/cancellation`, { token }),
      world.api("POST", `${client.path}/cancellation`, { token, key: randomUUID(), body: { reason: "x" } }),
      world.api("GET", `${client.path}/autopay`, { token }),
      world.api("PUT", `${client.path}/autopay`, { token, body: { enabled: true, hash: "0".repeat(64) } }),
    ];
    for (const answer of await Promise.all(tries))
      expect(answer).toMatchObject({ status: 404, body: { code: "not_found" } });
    const { items } = await world.must<{ items: unknown[] }>("GET", "/v1/bookings", { token });
    expect(items).toEqual([]);
  });

  test("every route refuses callers without a token, tokens of another pool, and roles that it does not name", async () => {
    type Operation = { security: object[]; "x-roles": string[]; parameters: { name: string; in: string }[] };
    const document = await world.must<{ paths: Record<string, Record<string, Operation>> }>("GET", "/openapi.json");
    const wrong: string[] = [];
    for (const [path, operations] of Object.entries(document.paths)) {
      const url = path.replace("{id}", "bkg_0").replace("{bookingId}", "bkg_0");
      for (const [method, operation] of Object.entries(operations)) {
        if (operation.security.length === 0) continue;
        const bare = await world.api(method.toUpperCase(), url, {});
        if (bare.status !== 401) wrong.push(`${method} ${path} without a token: ${bare.status}`);
        for (const role of ["client", "clinician", "admin", "finance"].filter(
          (one) => !operation["x-roles"].includes(one),
        )) {
          const answer = await world.api(method.toUpperCase(), url, { token: await world.token(role), key: "k" });
          const pool = role === "client" ? "clientToken" : "staffToken";
          const expected = operation.security.some((taken) => pool in taken) ? 403 : 401;
          if (answer.status !== expected) wrong.push(`${method} ${path} as ${role}: ${answer.status}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test("every spelling of a path reaches only its own route, with that route's authorizer and roles", async () => {
    const callers = [undefined, await world.token("client"), await world.token("finance")];
    const journal = [401, 401, 200];
    const nowhere = [404, 404, 404];
    const notAnId = [400, 400, 400];
    const expected: Record<string, number[]> = {
      "/v1/finance/journal": journal,
      "/v1/finance%2Fjournal": journal,
      "/v1/finance/%6aournal": journal,
      "/v1/finance/journal/": nowhere,
      "/v1//finance/journal": nowhere,
      "//v1/finance/journal": nowhere,
      "/V1/Finance/Journal": nowhere,
      "/v1/programs/../finance/journal": nowhere,
      "/v1/programs/%2e%2e/finance/journal": nowhere,
      "/v1/cohorts/x%2f..%2f..%2ffinance%2fjournal": nowhere,
      "/v1/programs/%zz": nowhere,
      "/v1/programs/%ff": nowhere,
      "/v1/programs/..": notAnId,
      "/v1/programs/%2e%2e": notAnId,
      "/v1/programs/%00": notAnId,
      "/v1/programs/x%252f..%252ffinance": notAnId,
      "/v1/programs/..%3f": notAnId,
      "/v1/bookings/bkg_0%2fagreement": [401, 404, 404],
    };
    const seen: Record<string, number[]> = {};
    for (const path of Object.keys(expected)) {
      seen[path] = [];
      for (const token of callers) seen[path].push(await statusOf(path, token));
    }
    expect(seen).toEqual(expected);
  });

  /** Sends the path unchanged: `fetch` would resolve dot segments. */
  function statusOf(path: string, token: string | undefined): Promise<number> {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const request = get(world.stack.apiUrl, { path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on("error", reject);
    return promise;
  }

  test("planned routes answer 404", async () => {
    for (const path of ["/v1/discounts", "/v1/waitlist/wl_1", "/v1/finance/payouts", "/v1/alerts"]) {
      expect((await world.api("GET", path, { token: admin })).status).toBe(404);
    }
  });
});

describe("webhooks", () => {
  // An event about an object that belongs to no booking.
  const event = JSON.stringify({
    id: "evt_signed",
    object: "event",
    type: "charge.dispute.created",
    created: 1_800_000_000,
    data: { object: { id: "dp_1", object: "dispute" } },
  });

  test("an invalid signature, a missing one and a re-encoded body answer 400 and store nothing", async () => {
    const time = Math.floor(Date.parse(await world.now()) / 1000);
    const signedBy = (secret: string, text: string) => {
      const signature = createHmac("sha256", secret).update(`${time}.${text}`).digest("hex");
      return { "stripe-signature": `t=${time},v1=${signature}` };
    };
    const sound = signedBy(await webhookSecret(), event);
    const send = async (raw: string, headers: Record<string, string> = {}) =>
      (await world.api("POST", "/webhooks/stripe", { raw, headers })).status;
    const stored = async () =>
      JSON.stringify(await world.must("GET", "/_local/events?type=StripeEventReceived")).includes("evt_signed");
    const reencoded = [JSON.stringify(JSON.parse(event), null, 2), `${event}\n`, Buffer.from(event).toString("base64")];

    expect(await send(event, signedBy("whsec_guess", event))).toBe(400);
    expect(await send(event)).toBe(400);
    for (const raw of reencoded) expect(await send(raw, sound)).toBe(400);
    await world.quiesce();
    expect(await stored()).toBe(false);

    // Control: the same event is accepted as it was signed.
    expect(await send(event, sound)).toBe(200);
    await world.quiesce();
    expect(await stored()).toBe(true);
  });

  /** The webhook secret, read as the webhook function reads it. */
  async function webhookSecret(): Promise<string> {
    const fn = world.stack.topology.functions.find(({ label }) => label === "webhook");
    const response = await fetch(world.stack.awsUrl, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "secretsmanager.GetSecretValue",
        authorization: `AWS4-HMAC-SHA256 Credential=${fn?.id}/20270101/us-east-1/secretsmanager/aws4_request`,
      },
      body: JSON.stringify({ SecretId: fn?.environment.STRIPE_SECRET_ARN }),
    });
    const { SecretString } = (await response.json()) as { SecretString: string };
    return JSON.parse(SecretString).webhookSecrets[0];
  }
});

describe("the calculator of annual percentage rates", () => {
  test("needs no token", async () => {
    const sums = { amountFinanced: 500_000, financeCharge: 52_000, totalOfPayments: 552_000 };
    const found = { apr: "9.685708", ...sums, unitPeriod: "month", unitPeriodsPerYear: 12 };

    expect(await world.api("POST", "/v1/calculators/apr", { body: loan })).toMatchObject({ status: 200, body: found });
  });

  test("refuses payments that have no rate", async () => {
    const body = { ...loan, payments: [{ date: "1978-02-10", amount: 499_999 }] };

    expect(await world.api("POST", "/v1/calculators/apr", { body })).toMatchObject({
      status: 422,
      body: { code: "no_apr", detail: "The payments add up to less than the advances." },
    });
  });
});

describe("the return page of Stripe's session", () => {
  const page = async (query: string) => {
    const { status, headers, body } = await world.api<string>("GET", `/v1/checkout/return${query}`);
    return { status, type: headers.get("content-type"), title: /<title>(.*)<\/title>/.exec(body)?.[1] };
  };

  test("is HTML, whatever its parameters", async () => {
    const type = "text/html; charset=utf-8";
    expect(await page("")).toEqual({ status: 200, type, title: "No payment to show" });
    expect(await page("?utm_source=mail")).toEqual({ status: 200, type, title: "No payment to show" });
    for (const session of ["cs_unknown", "{CHECKOUT_SESSION_ID}", "../etc"]) {
      const answered = await page(`?session=${encodeURIComponent(session)}`);
      expect(answered).toEqual({ status: 404, type, title: "We cannot show this payment" });
    }
  });

  test("shows an error when Stripe does not answer", async () => {
    const client = new Client(world);
    await client.hold((await openCohort(world)).id);
    await client.sign();
    const session = await client.checkout();
    await world.sim("POST", "/_sim/faults", { kind: "error", rate: 1, seed: 1 });
    expect(await page(`?session=${session}`)).toMatchObject({ status: 503, title: "We cannot show this payment" });
    await world.sim("DELETE", "/_sim/faults");
    expect(await page(`?session=${session}`)).toMatchObject({ status: 200, title: "Payment not finished" });
  });
});

describe("the documentation", () => {
  const mb = 1_000_000;
  const ask = (path: string, headers: Record<string, string>) => world.api<string>("GET", path, { headers });

  test.each(["/docs", "/openapi.json"])(
    "%s is compressed as the client accepts it, or not compressed",
    async (path) => {
      const plain = await ask(path, { "accept-encoding": "identity" });
      expect(plain.headers.get("content-encoding")).toBeNull();
      for (const encoding of ["br", "gzip"]) {
        const compressed = await ask(path, { "accept-encoding": `${encoding}, identity;q=0.1` });
        expect(compressed.headers.get("content-encoding")).toBe(encoding);
        expect(compressed.headers.get("vary")).toBe("accept-encoding");
        // The page contains RapiDoc, which alone compresses to 217 kB.
        expect(Number(compressed.headers.get("content-length"))).toBeLessThan(0.3 * mb);
        expect(isDeepStrictEqual(compressed.body, plain.body)).toBe(true);
      }
      // A function's answer may have 6 MB, including JSON's escapes.
      expect(JSON.stringify(plain.body).length).toBeLessThan(5 * mb);
    },
  );

  test.each(["/docs", "/openapi.json"])(
    "%s may be cached, and is sent again only after it has changed",
    async (path) => {
      const first = await ask(path, { "accept-encoding": "gzip" });
      const etag = first.headers.get("etag") ?? "";
      const again = await ask(path, { "accept-encoding": "gzip", "if-none-match": `W/"older", W/${etag}` });
      const inAnotherForm = await ask(path, { "accept-encoding": "br", "if-none-match": etag });

      expect(first.headers.get("cache-control")).toBe("public, max-age=300");
      expect([again.status, again.headers.get("etag"), again.headers.get("vary")]).toEqual([
        304,
        etag,
        "accept-encoding",
      ]);
      expect(inAnotherForm.status).toBe(200);
    },
  );

  test("is the only answer that may be cached", async () => {
    const token = await world.token("finance");
    for (const path of ["/health", "/v1/programs", "/v1/finance/journal", "/v1/checkout/return", "/openapi.json?x=1"]) {
      const { headers } = await world.api("GET", path, { token });
      expect([path, headers.get("cache-control")]).toEqual([path, "no-store"]);
    }
  });
});

describe("the permission to collect automatically", () => {
  test("cannot be given on a booking that has ended, but can be revoked", async () => {
    const client = new Client(world);
    await client.hold((await openCohort(world)).id);
    await client.sign(true);
    await client.cancel();
    const put = async (enabled: boolean) =>
      world.api<Problem & { autopay: boolean }>("PUT", `${client.path}/autopay`, {
        token: await client.token(),
        body: { enabled, ...(enabled && { hash: "0".repeat(64) }) },
      });
    expect(await put(false)).toMatchObject({ status: 200, body: { autopay: false } });
    expect(await put(true)).toMatchObject({ status: 409, body: { code: "invalid_transition" } });
  });
});
