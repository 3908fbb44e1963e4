import * as z from "zod/mini";
import { amount, currency, id, instant } from "../fields.ts";
import { defineRoute } from "../route.ts";

const receipt = () =>
  z.object({
    id: z.string(),
    at: instant(),
    kind: z.enum(["payment", "refund"]),
    amount: amount(),
    dueIds: z.array(id("due")),
  });

const statement = () =>
  z.object({ total: amount(), financeCharge: amount(), paid: amount(), refunded: amount(), balance: amount() });

export const getReceipts = defineRoute({
  operationId: "getReceipts",
  method: "GET",
  path: "/v1/bookings/{id}/receipts",
  function: "booking",
  access: ["client", "admin", "finance"],
  idempotency: "none",
  summary: "Lists the payments and refunds of a booking, with an account statement",
  params: z.strictObject({ id: id("bkg") }),
  responses: () => ({
    200: {
      description:
        "Payments and refunds, oldest first, without failed or refused refunds. A refund that is not allocated to payments yet has no `dueIds`. The items add up to `paid` and `refunded`.",
      schema: z.object({ currency: currency(), items: z.array(receipt()), statement: statement() }),
    },
  }),
  errors: ["not_found"],
});
