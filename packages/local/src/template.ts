import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type RawTemplate, resolveStacks } from "./intrinsics.ts";
import { type Resource, TemplateError } from "./resource.ts";

/** All stacks of a synthesized app as one set of resources. */
export type Template = {
  resources: readonly Resource[];
  ofType(type: string): readonly Resource[];
  /** The folder of an asset that the template names as `<hash>.zip`. */
  asset(key: string): string;
};

type Manifest = {
  artifacts: Record<
    string,
    { type: string; properties?: { templateFile?: string; stackName?: string; file?: string } }
  >;
};

/**
 * Reads every stack that `cdk synth` wrote to `folder` and resolves all intrinsic functions, also across stacks. URLs
 * of the HTTP API become `apiUrl`. Throws a TemplateError that names each unknown resource type, function or reference.
 */
export function loadTemplate(folder: string, apiUrl: string): Template {
  const manifest = readJson<Manifest>(join(folder, "manifest.json"));
  const stacks = new Map<string, RawTemplate>();
  const assets = new Map<string, string>();
  for (const [id, artifact] of Object.entries(manifest.artifacts)) {
    const properties = artifact.properties ?? {};
    if (artifact.type === "aws:cloudformation:stack" && properties.templateFile) {
      stacks.set(properties.stackName ?? id, readJson(join(folder, properties.templateFile)));
    } else if (artifact.type === "cdk:asset-manifest" && properties.file) {
      const { files } = readJson<{ files: Record<string, { source: { path?: string } }> }>(
        join(folder, properties.file),
      );
      for (const [hash, file] of Object.entries(files)) {
        if (file.source.path) assets.set(hash, join(folder, file.source.path));
      }
    }
  }
  const resources = resolveStacks(stacks, apiUrl);
  const byType = Map.groupBy(resources, (resource) => resource.type);
  return {
    resources,
    ofType: (type) => byType.get(type) ?? [],
    asset: (key) => {
      const path = assets.get(key.replace(/\.zip$/, ""));
      if (!path) throw new TemplateError(`the asset ${key} is not in ${folder}: run "npm run synth"`);
      return path;
    },
  };
}

function readJson<T>(path: string): T {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new TemplateError(`cannot read ${path}: run "npm run synth"`, { cause });
  }
}
