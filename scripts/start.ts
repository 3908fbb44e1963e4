import inspector from "node:inspector";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Stack, StartRefused, startStack, TemplateError } from "@clearing/local";
import { isCurrency } from "../packages/domain/src/money/index.ts";
import { distOf } from "./build.ts";
import { bundlesIn } from "./bundles.ts";
import { BuildFailed } from "./esbuild.ts";
import { storyRoute } from "./story/route.ts";
import { synthesize } from "./synthesize.ts";
import { watchSources } from "./watch.ts";

/** `npm start`: the whole stack on this machine, until Ctrl-C. */
const root = join(import.meta.dirname, "..");
const { env } = process;
const usualPort = "8787";
const usualStripePort = "8790";
const inspectorPort = 9229;

const log = (line: string) => console.log(`${(performance.now() / 1000).toFixed(1).padStart(6)} s  ${line}`);

async function main(): Promise<void> {
  const flags = readFlags();
  const port = portIn("PORT", usualPort);
  const stripePort = portIn("STRIPE_SIMULATOR_PORT", usualStripePort);
  if (port === stripePort)
    throw new StartRefused(`PORT and STRIPE_SIMULATOR_PORT must be different, but both are ${port}`);
  const settlementCurrencies = currenciesIn("SETTLEMENT_CURRENCIES");
  // Before the functions' threads start, so that a debugger attaches to each of them.
  if (flags.inspect) inspector.open(inspectorPort, "127.0.0.1");
  const bundling = flags.watch ? "together" : "each";
  const templateDir = await synthesize(log, bundling);
  const stack = await startStack({
    templateDir,
    dataDir: env.CLEARING_DATA_DIR ?? join(root, ".local"),
    port,
    stripePort,
    fresh: flags.fresh ?? false,
    dynamoDbEndpoint: env.DYNAMODB_ENDPOINT,
    stripeSecretKey: env.STRIPE_SECRET_KEY,
    stripeWebhookSecret: env.STRIPE_WEBHOOK_SECRET,
    settlementCurrencies,
    routes: storyRoute,
    // The build's bundles, where source maps lead to the sources.
    ...(flags.watch || flags.inspect ? { bundles: bundlesIn(distOf(bundling)) } : {}),
    log,
  });
  endOnSignal(stack);
  const health = await fetch(`${stack.apiUrl}/health`);
  log(`/health answers ${health.status}`);
  if (!flags["no-seed"]) await stack.seedOnce((await import("./seed.ts")).default);
  await printTable(stack);
  if (flags.watch) watchSources(stack, log);
}

function readFlags() {
  try {
    const flag = { type: "boolean" } as const;
    return parseArgs({ options: { fresh: flag, "no-seed": flag, watch: flag, inspect: flag } }).values;
  } catch (error) {
    const known = "--fresh, --no-seed, --watch and --inspect";
    throw new StartRefused(`${(error as Error).message.split(". ")[0]}. Known flags: ${known}`);
  }
}

function portIn(variable: string, usual: string): number {
  const port = Number(env[variable] ?? usual);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new StartRefused(`${variable} is ${env[variable]}, but must be a port such as ${usual}`);
}

function currenciesIn(variable: string): string | undefined {
  const codes = env[variable]?.split(",").map((code) => code.trim());
  if (codes === undefined || env[variable] === "") return undefined;
  const unknown = codes.filter((code) => !isCurrency(code));
  if (unknown.length === 0) return codes.join(",");
  throw new StartRefused(
    `${variable} is ${env[variable]}: ${unknown.join(", ") || "an empty code"} is not a supported currency`,
  );
}

async function printTable(stack: Stack): Promise<void> {
  const rows: [string, string][] = [];
  // A token fills some lines of a terminal, so the addresses come last.
  for (const role of ["client", "clinician", "admin", "finance"]) {
    rows.push([`token ${role}`, await stack.token(role, `${role}@example.com`)]);
  }
  rows.push(
    ["API", stack.apiUrl],
    ["API docs", `${stack.apiUrl}/docs`],
    ...stripeRows(stack),
    ["mail", `${stack.apiUrl}/_local/mail`],
    ["events", `${stack.apiUrl}/_local/events`],
    ["a booking's story", `${stack.apiUrl}/_local/bookings/{id}/story`],
    ["data folder", stack.dataDir],
    ["logs", stack.logsDir],
  );
  const width = Math.max(...rows.map(([name]) => name.length));
  console.log(`\n${rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join("\n")}

  Client tokens are valid for one hour of the stack's clock, staff tokens for 15 minutes. To get a new one:
    curl -s ${stack.apiUrl}/_local/token -H 'content-type: application/json' -d '{"role":"client","email":"client@example.com"}'
  To walk through a whole booking, in another terminal:
    ${demoWith(stack)}npm run demo
  Ctrl-C stops everything.`);
}

/** The simulator accepts its key as Stripe does: `stripe --api-base <address> --api-key <key>`, or the SDK. */
function stripeRows({ simulatorUrl, simulatorKey }: Stack): [string, string][] {
  if (!simulatorUrl || !simulatorKey) return [["hosted checkout", "Stripe's test mode"]];
  return [
    ["hosted checkout", `${simulatorUrl} (Stripe simulator)`],
    ["Stripe API key", simulatorKey],
  ];
}

/** The variables with which the demo finds a stack on ports other than the default ones. */
function demoWith({ apiUrl, simulatorUrl }: Stack): string {
  const [port, stripePort] = [apiUrl, simulatorUrl].map((url) => (url === undefined ? "" : new URL(url).port));
  const variables = [
    ...(port === usualPort ? [] : [`PORT=${port} `]),
    ...(stripePort === usualStripePort || stripePort === "" ? [] : [`STRIPE_SIMULATOR_PORT=${stripePort} `]),
  ];
  return variables.join("");
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
  const isForPeople = [StartRefused, TemplateError, BuildFailed].some((kind) => error instanceof kind);
  console.error(isForPeople ? (error as Error).message : error);
  process.exit(1);
});
