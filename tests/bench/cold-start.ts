import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { build } from "../../scripts/build.ts";
import { esbuild } from "../../scripts/esbuild.ts";
import { type Figure, median, ms } from "./measure.ts";

const root = join(import.meta.dirname, "../..");
const runs = 21;
const run = promisify(execFile);

/** Only the parts of the AWS SDK that the booking function needs. */
const clientOnly = `
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { BatchGetCommand, DynamoDBDocumentClient, GetCommand, QueryCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
export const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
export { BatchGetCommand, GetCommand, QueryCommand, TransactWriteCommand, unmarshall };
`;

async function importTime(file: string): Promise<number> {
  const script = `const began = performance.now(); await import(${JSON.stringify(file)}); console.log(performance.now() - began);`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], {
    env: { ...process.env, AWS_REGION: "us-east-1" },
  });
  return Number(stdout);
}

/** Cold imports in new processes, alternating between the two, so that a slower machine affects both. */
export async function coldStartFigures(): Promise<Figure[]> {
  await build();
  const folder = mkdtempSync(join(tmpdir(), "clearing-cold-"));
  try {
    await esbuild({ stdin: { contents: clientOnly, resolveDir: join(root, "packages/store") }, outdir: folder });
    const baseline = join(folder, "stdin.mjs");
    const booking = join(root, "dist/functions/booking/index.mjs");
    const times: { baseline: number[]; booking: number[] } = { baseline: [], booking: [] };
    for (let index = 0; index < runs; index++) {
      times.baseline.push(await importTime(baseline));
      times.booking.push(await importTime(booking));
    }
    const ratio = median(times.booking.map((time, index) => time / (times.baseline[index] ?? Number.NaN)));
    return [
      { what: "cold import of the DynamoDB client alone", value: ms(median(times.baseline)) },
      { what: "cold import of the booking bundle", value: ms(median(times.booking)) },
      {
        what: "cold import of the booking bundle, against the client alone",
        value: ratio.toFixed(2),
        bound: { most: 1.3, ratio },
        missed:
          "plans, authorizations and staff's exceptions have brought routes, whose schemas zod makes as they load",
      },
      await startFigure(),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** From `npm start` on an installed, built checkout to the first 200 of /health. */
async function startFigure(): Promise<Figure> {
  const dataDir = mkdtempSync(join(tmpdir(), "clearing-start-"));
  writeFileSync(join(dataDir, ".keep"), "");
  const env = { ...process.env, PORT: "8987", STRIPE_SIMULATOR_PORT: "8990", CLEARING_DATA_DIR: join(dataDir, "data") };
  const times: number[] = [];
  try {
    for (let index = 0; index < 3; index++) {
      const began = performance.now();
      const child = spawn("npm", ["start", "--silent", "--", "--fresh", "--no-seed"], {
        cwd: root,
        env,
        stdio: "ignore",
        detached: true,
      });
      for (;;) {
        const health = await fetch("http://127.0.0.1:8987/health").catch(() => null);
        if (health?.status === 200) break;
        if (performance.now() - began > 120_000) throw new Error("/health does not answer");
        await sleep(20);
      }
      times.push(performance.now() - began);
      process.kill(-(child.pid ?? 0), "SIGINT");
      await new Promise((resolve) => child.once("exit", resolve));
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
  return {
    what: "`npm start` to the first 200 of /health, installed and built",
    value: `${(median(times) / 1000).toFixed(1)} s`,
  };
}
