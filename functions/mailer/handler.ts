import { sqsConsumer } from "@clearing/runtime/consumer";
import { depsFor } from "@clearing/runtime/deps";
import { sesMailer } from "@clearing/runtime/mailer";
import { mailAbout } from "./mailer.ts";

/** Domain events -> mails in neutral words. */
export const handler = sqsConsumer(depsFor({ mailer: (config) => sesMailer(config) }), mailAbout);
