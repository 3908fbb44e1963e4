import { httpHandler } from "@clearing/runtime/api";
import { readingAtOnce } from "@clearing/runtime/binding";
import { depsFor } from "@clearing/runtime/deps";
import { admissionBinding } from "./admission.ts";
import { agreementBindings } from "./agreement.ts";
import { autopayBindings } from "./autopay.ts";
import { cancellationBinding } from "./cancellation.ts";
import { exceptionBindings } from "./exceptions.ts";
import { holdBinding } from "./hold.ts";
import { participationBindings } from "./participation.ts";
import { payoffBinding } from "./payoff.ts";
import { readBindings } from "./read.ts";
import { receiptsBinding } from "./receipts.ts";

/** The routes of clients and staff on bookings that do not call Stripe. */
export const bindings = [
  readingAtOnce(holdBinding),
  ...readBindings,
  ...agreementBindings.map(readingAtOnce),
  ...autopayBindings,
  ...participationBindings,
  cancellationBinding,
  admissionBinding,
  payoffBinding,
  ...exceptionBindings,
  receiptsBinding,
];

export const handler = httpHandler(depsFor({}), bindings);
