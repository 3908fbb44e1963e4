import { Failure } from "@clearing/domain/failure";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonLog, type LogFields } from "./log.ts";
import { fieldNames } from "./log-fields.ts";

/** Logs by `write`, and returns the lines as written. */
function linesOf(write: (log: ReturnType<typeof jsonLog>) => void, fields: LogFields = {}): string {
  const lines: string[] = [];
  write(jsonLog(fields, (line) => lines.push(line)));
  return lines.join("\n");
}

/** What people type and third parties quote: addresses, names, card and telephone numbers, sentences with them. */
const name = fc.constantFrom("Ada Lovelace", "Jürgen Groß", "María-José Núñez", "O'Brien, Pat", "李 小龙");
const address = fc.emailAddress();
const card = fc.constantFrom("4242424242424242", "4242 4242 4242 4242", "5555-5555-5555-4444", "378282246310005");
const personal = fc.oneof(
  name,
  address,
  card,
  fc.constantFrom("+1 555 0100", "12 Long Street, Springfield", "1985-05-17"),
  fc
    .tuple(fc.constantFrom("Invalid email address: ", "No such customer: ", "\n    at "), fc.oneof(name, address, card))
    .map((parts) => parts.join("")),
);

/** Whether a line contains personal text. */
const givesAway = (line: string, text: string) =>
  line.includes(text) || line.includes(JSON.stringify(text).slice(1, -1));

describe("personal input never appears in the log", () => {
  test("in any field, known or unknown, also of a child log", () => {
    const anywhere = fc.oneof(
      fc.constantFrom(...fieldNames, "email", "name", "message", "level", "time", "stack"),
      fc.string(),
    );
    fc.assert(
      fc.property(anywhere, personal, (field, text) => {
        const fields = { [field]: text } as LogFields;
        const line = linesOf((log) => {
          log.info("one", fields);
          log.error("two", null, fields);
          log.with(fields).warn("three");
          log.metric("Four", 1, "Count", fields as Record<string, string>);
        }, fields);

        expect(givesAway(line, text)).toBe(false);
      }),
      { examples: [["apiVersion", "1985-05-17"]] },
    );
  });

  test("nor from any error: its message, its name, and what Stripe, AWS and zod add", () => {
    const places = ["message", "name", "code", "type", "requestId", "param"] as const;
    fc.assert(
      fc.property(personal, fc.constantFrom(...places), (text, place) => {
        const plain = Object.assign(new Error("no"), { [place]: text });
        const others = [
          new Error(text),
          new SyntaxError(`Unexpected token in JSON: ${text}`),
          new Failure("ours", { reason: text, code: text, email: text }),
          Object.assign(new Error(text), { $metadata: { requestId: text }, CancellationReasons: [{ Code: text }] }),
          Object.assign(new Error(text), { issues: [{ path: ["participant", text], code: "invalid", message: text }] }),
          new Error("wrapped", { cause: new Error(text) }),
          text,
        ];
        const line = linesOf((log) => {
          for (const error of [plain, ...others]) log.error("failed", error);
        });

        expect(givesAway(line, text)).toBe(false);
      }),
    );
  });

  test("control: each field shows its own values", () => {
    const line = JSON.parse(
      linesOf((log) =>
        log.info("shown", {
          bookingId: "bkg_01jv0000000000000000000000",
          objectId: "cs_test_a1B2c3",
          item: "BKG#bkg_1 ATT#att_1",
          reference: "payment:ch_1",
          reason: "payment_refused",
          route: "POST /v1/bookings/{id}/checkout",
          event: "BookingHeld",
          type: "payment_intent.succeeded",
          param: "line_items[0][price_data][unit_amount]",
          amount: 250_000,
        }),
      ),
    );

    expect(JSON.stringify(line)).not.toContain("withheld");
    expect(Object.keys(line)).toHaveLength(3 + 10);
  });
});

test.each(["cus_aBcDeFgHiJkLmN", "cus_QrstuvwxyzABCD"])(
  "shows an id of Stripe's that happens to have no digit, as one in twelve of its customers has: %s",
  (customerId) => {
    expect(linesOf((log) => log.info("customer", { customerId }))).toContain(customerId);
  },
);

test.each(["ada_Lovelace", "name_Wolfeschlegelstein", "to_antidisestablish", "cus_aBcDeF"])(
  "withholds a word with a line in it: %s",
  (customerId) => {
    expect(linesOf((log) => log.info("customer", { customerId }))).not.toContain(customerId);
  },
);

describe("a line", () => {
  test("keeps its message, its level and its time, whatever fields say", () => {
    const fields = { message: "other", level: "debug", time: "never" } as LogFields;

    expect(JSON.parse(linesOf((log) => log.warn("the message", fields)))).toMatchObject({
      message: "the message",
      level: "warn",
      time: expect.stringMatching(/^20/),
    });
  });

  test("shows that a value was withheld", () => {
    expect(JSON.parse(linesOf((log) => log.warn("odd", { reason: "Jane Doe" })))).toMatchObject({
      reason: "[withheld]",
    });
  });

  test("shows an error's codes, and where it was thrown", () => {
    const stripe = Object.assign(new Error("No such customer: 'jane@example.com'"), {
      name: "StripeInvalidRequestError",
      type: "StripeInvalidRequestError",
      code: "resource_missing",
      requestId: "req_1a2B3c",
    });
    const aws = Object.assign(new Error("no"), {
      name: "TransactionCanceledException",
      $metadata: { requestId: "0a1b2c3d-0000-4000-8000-000000000000", httpStatusCode: 400 },
      CancellationReasons: [{ Code: "None" }, { Code: "ConditionalCheckFailed" }],
    });
    const [first, second, third] = linesOf((log) => {
      log.error("failed", stripe);
      log.error("failed", aws);
      log.error("failed", new Failure("stripe request failed", { kind: "unavailable", code: "key_refused" }));
    })
      .split("\n")
      .map((line) => JSON.parse(line));

    expect(first).toMatchObject({
      error: "StripeInvalidRequestError",
      code: "resource_missing",
      stripeRequest: "req_1a2B3c",
    });
    expect(first.stack).toContain("log-fields.test.ts");
    expect(second).toMatchObject({
      status: 400,
      reasons: "None,ConditionalCheckFailed",
      awsRequest: aws.$metadata.requestId,
    });
    expect(third).toMatchObject({ detail: "stripe request failed", kind: "unavailable", code: "key_refused" });
  });
});
