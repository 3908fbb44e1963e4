import { execFile } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/** `.ci/run` of a checkout. Its fake `npm` prints the files that it finds where it runs. */
const script = join(import.meta.dirname, "../../.ci/run");
const tells = `#!/usr/bin/env bash
[ "$1" = test ] || exit 1
echo "home: $(ls -A "$HOME" | tr '\\n' ' ')"
echo "temporary: $(ls -A "\${TMPDIR:-/tmp}" | tr '\\n' ' ')"
echo "checkout: $(cat marker)"
echo "shared: $(cat ../shared/marker)"
exit "\${NPM_ENDS_WITH:-0}"
`;
const refuses = "#!/usr/bin/env bash\nexit 1\n";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "clearing-ci-"));
  for (const name of ["checkout/.ci", "shared", "home/.config", "bin", "without-mounts"]) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  cpSync(script, join(folder, "checkout/.ci/run"));
  writeFileSync(join(folder, "checkout/marker"), "ours");
  writeFileSync(join(folder, "shared/marker"), "beside it");
  writeFileSync(join(folder, "home/.npmrc"), "");
  writeFileSync(join(folder, "home/left-over"), "");
  for (const [file, text] of [
    ["checkout/.ci/npm", tells],
    ["without-mounts/unshare", refuses],
  ] as const) {
    writeFileSync(join(folder, file), text);
    chmodSync(join(folder, file), 0o755);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The fake `npm` is in the checkout, on a relative path, because `.ci/run` hides all other folders. */
function run(path: string[] = [], more: Record<string, string> = {}) {
  const searchPath = ["./.ci", ...path, process.env.PATH].join(delimiter);
  return promisify(execFile)("bash", [join(folder, "checkout/.ci/run")], {
    env: { HOME: join(folder, "home"), ...more, PATH: searchPath },
  });
}

describe("`.ci/run` gives `npm test` an empty machine", () => {
  test.each([
    ["by mounting an empty temporary folder", () => []],
    ["also where mounts are not allowed", () => [join(folder, "without-mounts")]],
  ])("%s", async (_, path) => {
    const { stdout } = await run(path());

    expect(
      stdout
        .trim()
        .split("\n")
        .map((row) => row.trimEnd()),
    ).toEqual(["home: .config .npmrc", "temporary:", "checkout: ours", "shared: beside it"]);
  });

  test("and ends with the exit code of npm", async () => {
    const ends = (code: string) =>
      run([], { NPM_ENDS_WITH: code }).then(
        () => 0,
        ({ code }: { code: number }) => code,
      );

    expect([await ends("0"), await ends("3")]).toEqual([0, 3]);
  });
});
