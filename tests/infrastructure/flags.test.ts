import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type FlagName, flags } from "../../infra/flags.ts";
import { checkWithNag, rulePacks } from "../../infra/nag.ts";
import { readSettings } from "../../infra/settings.ts";
import { seeded } from "../harness/store.ts";
import { synthesize } from "./stage.ts";

type Given = Partial<Record<FlagName, string>>;
const names = Object.keys(flags) as FlagName[];
const readme = readFileSync("README.md", "utf8");

const settingsOf = (given: Record<string, unknown>) => readSettings({ getAllContext: () => given });

/** Why these flags are refused; null if a stage may have them. */
function refusalOf(given: Record<string, unknown>): string | null {
  try {
    settingsOf(given);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The values of a flag in a combination: none, and each example. */
const valuesOf = (name: FlagName): (string | undefined)[] => [undefined, ...flags[name].examples];

const pairOf = (one: FlagName, value: string | undefined, other: FlagName, beside: string | undefined): string =>
  `${one}=${value ?? ""} ${other}=${beside ?? ""}`;

/** The pairs of values of two flags in a combination. */
const pairsOf = (choice: Given): string[] =>
  names.flatMap((one, index) => names.slice(index + 1).map((other) => pairOf(one, choice[one], other, choice[other])));

/** Every pair of values of two flags. */
const everyPair = names.flatMap((one, index) =>
  names
    .slice(index + 1)
    .flatMap((other) =>
      valuesOf(one).flatMap((value) => valuesOf(other).map((beside) => pairOf(one, value, other, beside))),
    ),
);

/** Combinations that a stage may have. All of them would be a quarter of a million: two thousand contain each pair. */
function someAllowed(): Given[] {
  const random = seeded(1);
  const anyOf = (values: (string | undefined)[]) => values[Math.floor(random() * values.length)];
  const choices = Array.from(
    { length: 2_000 },
    (): Given => Object.fromEntries(names.map((name) => [name, anyOf(valuesOf(name))])),
  );
  return choices.filter((choice) => refusalOf(choice) === null);
}

/** A few combinations that contain each accepted pair of values (pairwise testing). */
function inPairs(choices: readonly Given[]): Given[] {
  const left = choices.map((choice) => ({ choice, pairs: pairsOf(choice), news: Number.POSITIVE_INFINITY }));
  const open = new Set(left.flatMap(({ pairs }) => pairs));
  const chosen: Given[] = [];
  while (open.size > 0) {
    let best = { choice: {} as Given, pairs: [] as string[], news: 0 };
    for (const one of left) {
      // The number of new pairs of a choice never grows.
      if (one.news <= best.news) continue;
      one.news = one.pairs.filter((pair) => open.has(pair)).length;
      if (one.news > best.news) best = one;
    }
    for (const pair of best.pairs) open.delete(pair);
    chosen.push(best.choice);
  }
  return chosen;
}

const combinations = inPairs(someAllowed());

/** The violations of the rule packs that have no written reason. */
function findings(given: Given): string[] {
  const { app } = synthesize(given);
  checkWithNag(app);
  return rulePacks.flatMap((Pack) => new Pack(app).validateScope(app).violations.map((found) => JSON.stringify(found)));
}

const asWords = (given: Given) => names.flatMap((name) => (given[name] ? [`-c ${name}=${given[name]}`] : [])).join(" ");

describe("flags, combined in pairs", () => {
  test("include each pair of values, except those that are refused", () => {
    const included = new Set(combinations.flatMap(pairsOf));

    expect(everyPair.filter((pair) => !included.has(pair))).toEqual([
      ...["merchantName", "mailDomain", "supportEmail"].map((required) => `stage=prod ${required}=`),
      ...["mailIdentity=existing", "mailVerified=true"].map((mail) => `mailDomain= ${mail}`),
    ]);
  });

  test.each(combinations.map((given) => ({ given, words: asWords(given) || "no flag" })))(
    "$words: the stage is synthesized, and each violation of the rule packs has a written reason",
    ({ given }) => {
      expect(findings(given)).toEqual([]);
    },
  );
});

describe("the README", () => {
  /** The words of a command as a shell splits them. */
  const wordsOf = (command: string): string[] =>
    execFileSync("bash", ["-c", `npx() { printf '%s\\0' "$@"; }; ${command}`], { encoding: "utf8" })
      .split("\0")
      .slice(0, -1);

  test("prints a deploy command whose flags are accepted", () => {
    const command = /^ *(npx cdk deploy (?:.*\\\n)*.*)$/m.exec(readme)?.[1] ?? "";
    const words = wordsOf(command);
    const given = words.flatMap((word, index) => (words[index - 1] === "-c" ? [word] : []));

    expect(words.slice(0, 3)).toEqual(["cdk", "deploy", "--all"]);
    expect(given).toHaveLength((words.length - 3) / 2);
    expect(given.length).toBeGreaterThan(3);
    expect(findings(Object.fromEntries(given.map((flag) => flag.split("=", 2))))).toEqual([]);
  });

  test("has a table of all flags, with the texts of infra/flags.ts", () => {
    const rows = names.map((name) => `| \`${name}\` | ${flags[name].decides} | \`${flags[name].examples[0]}\` |`);

    expect(readme.match(/^\| `\w+` \| .* \| `[^`]*` \|$/gm)).toEqual(rows);
  });

  test("names only flags that exist", () => {
    const named = [...readme.matchAll(/-c (\w+)=/g)].map(([, name = ""]) => name);

    expect(named.filter((name) => !Object.hasOwn(flags, name))).toEqual([]);
  });
});

describe("a flag is refused", () => {
  test.each([
    ["stage", "Prod"],
    ["merchantName", " "],
    ["mailDomain", "https://retreats.example"],
    ["mailVerified", "yes"],
    ["mailIdentity", "other"],
    ["supportEmail", "help"],
    ["supportPhone", "call us"],
    ["siteUrl", "https://my.retreats.example/"],
    ["alarmEmail", ""],
    ["reportingTimeZone", "Mars/Olympus"],
    ["settlementCurrencies", "USD"],
    ["creditExemptAbove", "73400"],
    ["lateChargeCap", "2026-01-01:5%"],
    ["oneClinicianMaySignBoth", "yes"],
    ["holdLimits", "2,3"],
    ["holdLimits", "0,3,24"],
    ["holdLimits", "2,11,24"],
    ["holdLimits", "2,3,169"],
    ["mailsADay", "0"],
    ["mailsADay", "101"],
    ["publicUrl", "https://api.retreats.example/"],
    ["publicUrl", "api.retreats.example"],
    ["webhookConcurrency", "0"],
    ["webhookConcurrency", "1.5"],
  ] as const)("%s, when its value is %j", (name, value) => {
    const others: Given = { mailDomain: "retreats.example" };

    expect(refusalOf({ ...others, [name]: flags[name].examples[0] })).toBe(
      name === "stage" ? "the stage prod requires -c merchantName=<your legal name>" : null,
    );
    expect(refusalOf({ ...others, [name]: value })).toContain(`-c ${name}=${value}: must be ${flags[name].takes}`);
  });

  test("when its name is unknown, since a misspelled flag would leave the stage at the default", () => {
    expect(refusalOf({ alarmMail: "on-call@retreats.example" })).toContain("unknown flag -c alarmMail");
  });

  test("in one line of output, by the app that `cdk synth` runs", () => {
    const outdir = mkdtempSync(join(tmpdir(), "clearing-synth-"));
    const env = { ...process.env, CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify({ alarmMail: "a@b.example" }) };
    const { status, stderr } = spawnSync(process.execPath, ["infra/app.ts"], { env, encoding: "utf8" });
    rmSync(outdir, { recursive: true });

    expect(status).toBe(1);
    expect(stderr).toMatch(/^unknown flag -c alarmMail\. Known flags: stage, .*\n$/);
  });

  test("but not when it belongs to the CDK", () => {
    expect(
      refusalOf({ "aws:cdk:enable-path-metadata": true, "@aws-cdk/core:x": true, "acknowledged-issue-numbers": [] }),
    ).toBeNull();
  });
});
