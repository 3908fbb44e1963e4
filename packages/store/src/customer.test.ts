import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import { recordCustomer, replaceCustomer, requestCustomer } from "./customer.ts";
import type { Store } from "./store.ts";

const requestedAt = "2027-03-01T17:00:00Z";
const email = "jane@example.com";
const asked = { id: "cli_1", email, requestedAt };
const theirs = { id: "cli_other", email, requestedAt, customerId: "cus_other" };

/** A table whose conditions fail, as if another caller was faster, and that then holds the given item. */
function overtaken(Item?: typeof theirs): Store {
  const client = {
    async send(command: unknown) {
      if (command instanceof GetCommand) return Item === undefined ? {} : { Item };
      throw new ConditionalCheckFailedException({ message: "no", $metadata: {} });
    },
  };
  return { client, tables: { core: "core" } } as unknown as Store;
}

test("if another caller requested the customer first, its record is returned", async () => {
  expect(await requestCustomer(overtaken(theirs), asked)).toEqual(theirs);
  expect(await replaceCustomer(overtaken(theirs), { ...asked, customerId: "cus_gone" }, asked)).toEqual(theirs);
});

test("a missing record of a requested customer is an error", async () => {
  await expect(requestCustomer(overtaken(), asked)).rejects.toThrow("requested customer record not found");
});

test("an id that arrives after the customer was replaced yields to the stored one", async () => {
  const customer = { ...asked, customerId: null };

  expect(await recordCustomer(overtaken(theirs), customer, "cus_1")).toEqual({ ok: true, customerId: "cus_other" });
  expect(await recordCustomer(overtaken(), customer, "cus_1")).toEqual({ ok: false, reason: "conflict" });
});
