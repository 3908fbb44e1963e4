import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { handlers } from "./fixture-handlers.ts";
import { apiTemplate, dataTemplate } from "./fixture-template.ts";

/**
 * Writes a small synthesized app to a temporary folder, for this package's tests. `change` edits the API's template
 * first.
 */
export function writeFixture(change: (template: typeof apiTemplate) => void = () => {}) {
  const folder = mkdtempSync(join(tmpdir(), "local-stack-"));
  const templateDir = join(folder, "cdk.out");
  const stack = (name: string) => ({
    type: "aws:cloudformation:stack",
    properties: { templateFile: `${name}.json`, stackName: name },
  });
  const template = structuredClone(apiTemplate);
  change(template);
  const files: Record<string, unknown> = {
    "manifest.json": {
      artifacts: {
        data: stack("data"),
        api: stack("api"),
        "api.assets": { type: "cdk:asset-manifest", properties: { file: "api.assets.json" } },
      },
    },
    "data.json": dataTemplate,
    "api.json": template,
    "api.assets.json": {
      files: Object.fromEntries(Object.keys(handlers).map((id) => [id, { source: { path: `asset.${id}` } }])),
    },
  };
  mkdirSync(templateDir);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(templateDir, name), JSON.stringify(content));
  for (const [id, source] of Object.entries(handlers)) {
    mkdirSync(join(templateDir, `asset.${id}`));
    writeFileSync(join(templateDir, `asset.${id}`, "index.mjs"), source);
  }
  return { templateDir, dataDir: join(folder, "data"), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
