import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium as driver } from "playwright-core";

/**
 * A browser that needs only Node on the machine: Chromium, its fonts and its system libraries are unpacked once from an
 * npm package into node_modules.
 */
export async function launchBrowser(): Promise<Browser> {
  const entry = fileURLToPath(import.meta.resolve("@sparticuz/chromium"));
  const { version } = JSON.parse(readFileSync(join(entry, "../../package.json"), "utf8")) as { version: string };
  const folder = join(import.meta.dirname, "../../node_modules/.chromium", version);
  // The package unpacks the libraries only if it believes to run in Lambda, and always to the temporary folder.
  const { args, unpack } = await within({ AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x", TMPDIR: folder }, async () => {
    const { default: chromium } = await import("@sparticuz/chromium");
    return { args: chromium.args, unpack: () => chromium.executablePath() };
  });
  if (!existsSync(folder)) {
    // Unpacked to a temporary folder and moved, so that no later run finds half of it.
    mkdirSync(join(folder, ".."), { recursive: true });
    const aside = mkdtempSync(`${folder}-`);
    await within({ AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x", TMPDIR: aside }, unpack);
    renameSync(aside, folder);
  }
  const env = {
    ...process.env,
    LD_LIBRARY_PATH: join(folder, "al2023/lib"),
    FONTCONFIG_FILE: writeFontConfig(folder),
  };
  const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];
  const options = { executablePath: join(folder, "chromium"), args: [...args, ...quiet], env };
  return driver.launch(options).catch((error: Error) => {
    const reason = /error while loading.*|.*not found.*/.exec(error.message)?.[0] ?? error.message.split("\n")[0];
    throw new Error(`the browser in ${folder} does not start: ${reason}`);
  });
}

/**
 * Tells the browser where the unpacked fonts are. The package's own `fonts.conf` names only folders of Lambda and of
 * `/tmp`; without a font a heading has no height, and the browser may crash.
 */
function writeFontConfig(folder: string): string {
  const fonts = join(folder, "fonts");
  const file = join(fonts, "clearing.conf");
  writeFileSync(
    file,
    `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${fonts}</dir>
  <cachedir>${join(folder, "fonts-cache")}</cachedir>
</fontconfig>
`,
  );
  return file;
}

/** Runs `act` with other environment variables. */
async function within<Result>(variables: Record<string, string>, act: () => Promise<Result>): Promise<Result> {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  try {
    return await act();
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  }
}
