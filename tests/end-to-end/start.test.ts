import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { freePorts } from "../harness/free-ports.ts";

/** `npm start` without its installation: the script itself, on other ports and in a separate folder. */
const script = join(import.meta.dirname, "../../scripts/start.ts");
const dataDir = mkdtempSync(join(tmpdir(), "clearing-start-"));
const running = new Set<ChildProcess>();
let port = 0;
let stripePort = 0;
beforeAll(async () => {
  [port = 0, stripePort = 0] = await freePorts(2);
});
afterEach(async () => {
  for (const child of running) child.kill("SIGKILL");
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

/** The test run chooses the home and the temporary folder; both may be empty. */
const passedOn = Object.fromEntries(["PATH", "HOME", "TMPDIR"].map((name) => [name, process.env[name]]));

type Environment = { port?: number; stripePort?: number; dataDir?: string; settlementCurrencies?: string };

function start(environment: Environment = {}) {
  const given = { port, stripePort, dataDir, settlementCurrencies: "", ...environment };
  const child = spawn(process.execPath, [script], {
    env: {
      ...passedOn,
      PORT: String(given.port),
      STRIPE_SIMULATOR_PORT: String(given.stripePort),
      CLEARING_DATA_DIR: given.dataDir,
      SETTLEMENT_CURRENCIES: given.settlementCurrencies,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  const said = { output: "", errors: "" };
  child.stdout.on("data", (text) => {
    said.output += text;
  });
  child.stderr.on("data", (text) => {
    said.errors += text;
  });
  const ended = once(child, "close").then(([code]) => {
    running.delete(child);
    return { code: code as number | null, ...said };
  });
  /** Waits for an output. Throws if the program ends before. */
  const says = async (words: string): Promise<string> => {
    while (!said.output.includes(words)) {
      const over = await Promise.race([once(child.stdout, "data").then(() => null), ended]);
      if (over !== null && !said.output.includes(words)) throw new Error(JSON.stringify(over));
    }
    return said.output;
  };
  return { child, says, ended };
}

const rowsOf = (output: string) =>
  Object.fromEntries([...output.matchAll(/^ {2}(\S.*?) {2,}(\S.*)$/gm)].map(([, name, value]) => [name, value]));

describe("npm start", () => {
  test("prints one table of its addresses, locks its folder and ports, and ends at Ctrl-C", async () => {
    const first = start();
    const output = await first.says("Ctrl-C stops everything.");
    const rows = rowsOf(output);
    expect(output).toContain(`PORT=${port} STRIPE_SIMULATOR_PORT=${stripePort} npm run demo`);
    const api = `http://127.0.0.1:${port}`;
    expect(rows).toMatchObject({
      API: api,
      "API docs": `${api}/docs`,
      "hosted checkout": `http://127.0.0.1:${stripePort} (Stripe simulator)`,
      mail: `${api}/_local/mail`,
      events: `${api}/_local/events`,
      "a booking's story": `${api}/_local/bookings/{id}/story`,
      "data folder": dataDir,
      logs: join(dataDir, "logs"),
    });
    const names = Object.keys(rows);
    // The tokens are long: after them, the addresses would not be on the screen.
    expect(names.indexOf("API")).toBeGreaterThan(names.indexOf("token finance"));
    expect(readdirSync(rows.logs ?? "")).toContain("dynoxide.log");
    const asStripe = { authorization: `Bearer ${rows["Stripe API key"]}` };
    expect((await fetch(`http://127.0.0.1:${stripePort}/v1/balance`, { headers: asStripe })).status).toBe(200);
    for (const url of [`${api}/health`, `${api}/docs`, `${api}/_local/mail`, `${api}/_local/events`]) {
      expect([url, (await fetch(url)).status]).toEqual([url, 200]);
    }
    // Each token allows only the routes of its role.
    const opens = {
      client: "/v1/bookings",
      clinician: "/v1/screenings",
      admin: "/v1/audit",
      finance: "/v1/finance/journal",
    };
    for (const [role, path] of Object.entries(opens)) {
      const headers = { authorization: `Bearer ${rows[`token ${role}`]}` };
      expect([role, (await fetch(`${api}${path}`, { headers })).status]).toEqual([role, 200]);
    }
    const clientHeaders = { authorization: `Bearer ${rows["token client"]}` };
    expect((await fetch(`${api}/v1/finance/journal`, { headers: clientHeaders })).status).toBe(401);

    const [otherPort = 0, otherStripePort = 0] = await freePorts(2);
    const elsewhere = mkdtempSync(join(tmpdir(), "clearing-start-"));
    const refusals = await Promise.all([
      start({ port: otherPort, stripePort: otherStripePort }).ended,
      start({ stripePort: otherStripePort, dataDir: elsewhere }).ended,
    ]);
    rmSync(elsewhere, { recursive: true, force: true });
    for (const { code } of refusals) expect(code).toBe(1);
    expect(refusals.map(({ errors }) => errors)).toEqual([
      `${dataDir} is in use by another local stack (process ${first.child.pid}): stop it, or choose another folder with CLEARING_DATA_DIR\n`,
      `port ${port} on 127.0.0.1 is in use: choose another with PORT or STRIPE_SIMULATOR_PORT\n`,
    ]);

    first.child.kill("SIGINT");
    expect(await first.ended).toMatchObject({ code: 0, errors: "" });
    // The ports are free again.
    expect(await freePorts([port, stripePort])).toEqual([port, stripePort]);
  });

  test("refuses an unsupported currency, with one line", async () => {
    const { code, errors } = await start({ settlementCurrencies: "usd, xyz" }).ended;

    expect(code).toBe(1);
    expect(errors).toBe("SETTLEMENT_CURRENCIES is usd, xyz: xyz is not a supported currency\n");
  });

  test("refuses a data folder of another version, with one line", async () => {
    writeFileSync(join(dataDir, "format"), "0");

    const { code, errors } = await start().ended;

    expect(code).toBe(1);
    expect(errors).toMatch(
      /^[^\n]* has data in format 0, but this version reads only format [^\n]+ start with --fresh\n$/,
    );
  });
});
