import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openCohort, signedClient, startWorld, type World } from "../harness/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

describe("faults of Stripe", () => {
  test.each(["html", "timeout", "timeout_after", "unavailable"])(
    "after the fault %s at Stripe a retry with the same key succeeds, and Stripe has one session",
    async (kind) => {
      const client = await signedClient(world, (await openCohort(world)).id);
      await world.sim("POST", "/_sim/faults", { kind, rate: 1, seed: 1 });
      const failed = await client.tryCheckout({ purpose: "deposit" }, "the-key");
      expect(failed).toMatchObject({ status: 503, body: { code: "payment_provider_unavailable" } });
      expect(await client.read()).toMatchObject({ status: "held", paid: 0 });
      await world.sim("DELETE", "/_sim/faults");
      const again = await client.tryCheckout({ purpose: "deposit" }, "the-key");
      expect(again.status).toBe(200);
      expect(await client.payOn(again.body.sessionId)).toMatchObject({ status: "succeeded" });
      await world.quiesce();
      expect((await client.read()).status).toBe("awaiting_clearance");
      type Sessions = { data: { metadata: { bookingId?: string } }[] };
      const { data } = (await world.http.stripe<Sessions>("GET", "checkout/sessions?limit=100")).body;
      expect(data.filter(({ metadata }) => metadata.bookingId === client.id)).toHaveLength(1);
    },
  );
});
