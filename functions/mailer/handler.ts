import { sqsConsumer } from "@clearing/runtime/consumer";
import { depsFor } from "@clearing/runtime/deps";
import { openMailer } from "@clearing/runtime/mailer";
import { openPayLinks } from "@clearing/runtime/pay-links";
import { mailAbout } from "./mailer.ts";

/** Sends mails about domain events. */
export const handler = sqsConsumer(depsFor({ mailer: openMailer, payLinks: openPayLinks }), mailAbout);
