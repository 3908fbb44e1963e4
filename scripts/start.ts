import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Stack, StartRefused, startStack, TemplateError } from "@clearing/local";
import { synthesize } from "./synthesize.ts";

/** `npm start`: the whole stack on this machine, until Ctrl-C. */
const root = join(import.meta.dirname, "..");
const { values: flags } = parseArgs({ options: { fresh: { type: "boolean" }, "no-seed": { type: "boolean" } } });
const { env } = process;

const log = (line: string) => console.log(`${(performance.now() / 1000).toFixed(1).padStart(6)} s  ${line}`);

async function main(): Promise<void> {
  const templateDir = await synthesize(log);
  const stack = await startStack({
    templateDir,
    dataDir: env.CLEARING_DATA_DIR ?? join(root, ".local"),
    port: Number(env.PORT ?? 8787),
    stripePort: Number(env.STRIPE_SIMULATOR_PORT ?? 8790),
    fresh: flags.fresh ?? false,
    dynamoDbEndpoint: env.DYNAMODB_ENDPOINT,
    stripeSecretKey: env.STRIPE_SECRET_KEY,
    stripeWebhookSecret: env.STRIPE_WEBHOOK_SECRET,
    log,
  });
  endOnSignal(stack);
  const health = await fetch(`${stack.apiUrl}/health`);
  log(`/health answers ${health.status}`);
  if (!flags["no-seed"]) await stack.seedOnce((await import("./seed.ts")).default);
  await printTable(stack);
}

async function printTable(stack: Stack): Promise<void> {
  const rows: [string, string][] = [
    ["API", stack.apiUrl],
    ["API docs", `${stack.apiUrl}/docs`],
    ["hosted checkout", stack.simulatorUrl ? `${stack.simulatorUrl} (Stripe simulator)` : "Stripe's test mode"],
    ["mail", `${stack.apiUrl}/_local/mail`],
    ["events", `${stack.apiUrl}/_local/events`],
    ["data folder", stack.dataDir],
  ];
  for (const role of ["client", "clinician", "admin", "finance"]) {
    rows.push([`token ${role}`, await stack.token(role, `${role}@example.com`)]);
  }
  console.log(
    `\n${rows.map(([name, value]) => `  ${name.padEnd(16)} ${value}`).join("\n")}\n\n  Ctrl-C stops everything.`,
  );
}

function endOnSignal(stack: Stack): void {
  let ending = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (ending) return;
      ending = true;
      void stack.stop().finally(() => process.exit(0));
    });
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof StartRefused || error instanceof TemplateError ? error.message : error);
  process.exit(1);
});
