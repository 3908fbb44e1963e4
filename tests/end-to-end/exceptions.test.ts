import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collecting, intentsOf, moveTo } from "../harness/autopay.ts";
import { type Booking, type Due, openCohort, type Problem, startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

type Act = { action: string; reason?: string; before: object; after: object };

describe("exceptions that staff make", () => {
  test("pause, defer and waive, each with a reason in the audit log, and never on their own booking", async () => {
    const plans = [{ kind: "installments", months: 2 }];
    const { id } = await openCohort(world, { inDays: 150, count: 1, program: { plans } });
    const client = await collecting(world, id);
    const [, first, second] = (await client.read()).dues as [Due, Due, Due];
    const reason = "Agreed on the telephone";
    const asStaff = async (method: string, path: string, body: object, role = "finance", email?: string) =>
      world.api<Booking & Problem>(method, `${client.path}${path}`, {
        ...{ token: await world.token(role, email), key: `${path}-${JSON.stringify(body)}`.replaceAll(" ", "-"), body },
      });

    expect(await asStaff("PUT", "/collection", { paused: true, reason }, "admin", client.email)).toMatchObject({
      ...{ status: 403, body: { code: "forbidden", detail: expect.stringContaining("Ask a colleague") } },
    });
    expect(await asStaff("PUT", "/collection", { paused: true })).toMatchObject({
      ...{ status: 400, body: { code: "validation_failed", errors: [{ path: "reason" }] } },
    });
    const paused = await asStaff("PUT", "/collection", { paused: true, reason });
    expect(paused).toMatchObject({ status: 200, body: { collectionPaused: true } });
    await moveTo(world, first, 5, "20:00:00");
    expect(await client.read()).toMatchObject({ standing: "past_due" });
    expect(await intentsOf(client)).toHaveLength(1);

    const late = await asStaff("POST", `/dues/${first.id}/deferral`, { dueOn: first.dueOn, reason });
    expect(late).toMatchObject({ status: 400, body: { errors: [{ path: "dueOn" }] } });
    const dueOn = second.dueOn;
    expect((await asStaff("POST", `/dues/${first.id}/deferral`, { dueOn, reason })).status).toBe(200);
    const waived = await asStaff("POST", `/dues/${second.id}/waiver`, { reason });
    expect(waived).toMatchObject({ status: 200, body: { standing: "current" } });
    const again = await asStaff("POST", `/dues/${second.id}/waiver`, { reason });
    expect([again.headers.get("idempotent-replayed"), again.body]).toEqual(["true", waived.body]);
    const twice = await asStaff("POST", `/dues/${second.id}/waiver`, { reason: "Once more" });
    expect(twice).toMatchObject({ status: 409, body: { code: "invalid_transition" } });
    await asStaff("PUT", "/collection", { paused: false, reason });
    await moveTo(world, { dueOn }, 0, "20:00:00");

    const booking = await client.read();
    expect(booking.dues.slice(1)).toMatchObject([
      { status: "paid", dueOn, paid: first.amount, waived: 0 },
      { status: "cancelled", amount: second.amount, paid: 0, waived: second.amount },
    ]);
    expect(booking).toMatchObject({ standing: "paid_in_full", balance: 0, paid: booking.total - second.amount });
    type Receipts = { items: { kind: string; amount: number; dueIds: string[] }[]; statement: object };
    const receipts = await world.must<Receipts>("GET", `${client.path}/receipts`, { token: await client.token() });
    expect(receipts.items.map(({ kind, amount, dueIds }) => [kind, amount, dueIds])).toEqual([
      ["payment", booking.dues[0]?.amount, [booking.dues[0]?.id]],
      ["payment", first.amount, [first.id]],
    ]);
    const { total, paid, balance } = booking;
    expect(receipts.statement).toEqual({ total, financeCharge: 0, paid, refunded: 0, balance });
    expect(await world.mail(client.email)).toEqual(
      expect.arrayContaining([
        "We have paused your payments",
        "A payment is no longer due",
        "Your payments have resumed",
      ]),
    );
    const token = await world.token("admin");
    const { items } = await world.must<{ items: Act[] }>("GET", `/v1/audit?subject=${client.id}`, { token });
    const acts = items.filter((act) => act.reason === reason);
    expect(acts.map(({ action }) => action)).toEqual([
      ...["pause_collection", "defer_due", "waive_due", "resume_collection"],
    ]);
    expect(acts[1]).toMatchObject({
      before: { dues: [{ id: first.id, dueOn: first.dueOn }] },
      after: { dues: [{ id: first.id, dueOn }] },
    });
    expect(acts[2]).toMatchObject({ before: { dues: [{ waived: 0 }] }, after: { dues: [{ waived: second.amount }] } });
    expect(await world.misshapenEvents()).toEqual([]);
  });
});
