import { countMail } from "@clearing/store/mail-bound";
import type { Store } from "@clearing/store/store";
import { noteUndeliverable, readUndeliverable, type Undeliverable } from "@clearing/store/undeliverable";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestStore, type TestStore } from "../harness/store.ts";

let running: TestStore;
beforeAll(async () => {
  running = await startTestStore();
});
afterAll(() => running.stop());

const on = (day: string): Store => ({ ...running.store, clock: { now: () => `${day}T12:00:00Z` } });

describe("mails about unpaid holds to one address", () => {
  const hold = (to: string, mailId: string, store = on("2027-03-01")) =>
    countMail(store, { to, kind: "hold", mailId, mostADay: 20 });
  const names = Array.from({ length: 25 }, (_, index) => `evt_${index}`);

  test("twenty a day are sent, however many come at once; a retried mail counts once", async () => {
    const first = await Promise.all(names.map((name) => hold("anna@example.org", name)));
    const again = await Promise.all(names.map((name) => hold("anna@example.org", name)));

    expect(first.filter((goesOut) => goesOut)).toHaveLength(20);
    expect(again).toEqual(first);
  });

  test("an address written with a plus counts with its mailbox; another day, kind or mailbox counts again", async () => {
    for (const name of names) await hold("paul@example.org", name);

    expect(await hold("Paul+more@example.org", "evt_new")).toBe(false);
    expect(await hold("paula@example.org", "evt_new")).toBe(true);
    expect(await hold("paul@example.org", "evt_new", on("2027-03-02"))).toBe(true);
    const invitation = {
      to: "paul@example.org",
      kind: "invitation",
      payer: "ada@example.org",
      mailId: "evt_new",
      mostADay: 20,
    } as const;
    expect(await countMail(on("2027-03-01"), invitation)).toBe(true);
  });

  test("one payer's second invitation of a day to an address is not sent; another payer's, address's or day's is", async () => {
    const invite = (to: string, payer: string, mailId: string, day = "2027-03-01") =>
      countMail(on(day), { to, kind: "invitation", payer, mailId, mostADay: 20 });

    expect(await invite("bea@example.org", "ada@example.org", "evt_1")).toBe(true);
    expect(await invite("bea@example.org", "ada@example.org", "evt_1")).toBe(true);
    expect(await invite("BEA@example.org", "Ada@example.org", "evt_2")).toBe(false);
    expect(await invite("bea+1@example.org", "ada@example.org", "evt_3")).toBe(true);
    expect(await invite("bea@example.org", "eve@example.org", "evt_4")).toBe(true);
    expect(await invite("bea@example.org", "ada@example.org", "evt_5", "2027-03-02")).toBe(true);
  });
});

describe("the note that mail does not reach an address", () => {
  const person = (email: string) => ({
    owner: { sub: "sub_1", email },
    participant: { name: "", email: `for-${email}`, phone: "", dateOfBirth: "" },
  });
  const said: Undeliverable[] = [
    { kind: "bounced", at: "2027-03-01T12:00:00Z" },
    { kind: "complained", at: "2027-03-02T12:00:00Z" },
    { kind: "bounced", at: "2027-03-02T12:00:00Z" },
  ];
  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ];

  test.each(orders)("is the same in any order of the reports: %d %d %d", async (...order) => {
    const email = `order-${order.join("")}@example.org`;
    for (const index of [...order, ...order])
      await noteUndeliverable(running.store, email, said[index] as Undeliverable);

    expect(await readUndeliverable(running.store, person(email))).toEqual([
      { recipient: "payer", kind: "complained", at: "2027-03-02T12:00:00Z" },
    ]);
  });

  test("is separate for the payer and the participant", async () => {
    await noteUndeliverable(running.store, "For-both@example.org", said[0] as Undeliverable);

    expect(await readUndeliverable(running.store, person("both@example.org"))).toEqual([
      { recipient: "participant", ...said[0] },
    ]);
  });
});
