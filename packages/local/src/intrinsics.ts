import { type Attributes, account, type Properties, type Resource, region, TemplateError } from "./resource.ts";
import { resourceTypes } from "./resource-types.ts";

type RawResource = { Type: string; Properties?: Properties; Metadata?: Record<string, unknown> };
type RawOutput = { Value: unknown; Export?: { Name: unknown } };
/** One stack as `cdk synth` wrote it. */
export type RawTemplate = { Resources?: Record<string, RawResource>; Outputs?: Record<string, RawOutput> };

const pseudo: Record<string, string> = {
  "AWS::AccountId": account,
  "AWS::Region": region,
  "AWS::Partition": "aws",
};

/**
 * Resolves raw templates by stack name. It is separate from the reading, so that a test can pass a literal template.
 */
export function resolveStacks(stacks: ReadonlyMap<string, RawTemplate>, apiUrl: string): readonly Resource[] {
  refuseUnknownTypes(stacks);
  const exported = new Map<string, { stack: string; value: unknown }>();
  for (const [stack, template] of stacks) {
    for (const output of Object.values(template.Outputs ?? {})) {
      if (output.Export) exported.set(String(resolve(output.Export.Name, stack)), { stack, value: output.Value });
    }
  }

  function attributesOf(stack: string, id: string): Attributes {
    const raw = stacks.get(stack)?.Resources?.[id];
    const kind = raw && resourceTypes[raw.Type];
    if (!kind) throw new TemplateError(`${stack} refers to ${id}, but has no resource with this id`);
    return kind.attributes(nameOf(stack, id, raw), id);
  }

  function nameOf(stack: string, id: string, raw: RawResource): string {
    const property = resourceTypes[raw.Type]?.named;
    const given = property && raw.Properties?.[property];
    return given === undefined ? `${stack}-${id}` : String(resolve(given, stack));
  }

  function reference(stack: string, id: string, attribute: string): string {
    const value = pseudo[id] ?? attributesOf(stack, id)[attribute];
    if (value === undefined) throw new TemplateError(`${stack}: the attribute ${id}.${attribute} is not supported`);
    return local(value);
  }

  function resolve(value: unknown, stack: string): unknown {
    if (Array.isArray(value)) return value.map((item) => resolve(item, stack));
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value);
    const [key, argument] = entries[0] ?? [];
    if (entries.length === 1 && key !== undefined && (key === "Ref" || key.startsWith("Fn::"))) {
      return intrinsic(key, argument, stack);
    }
    return Object.fromEntries(entries.map(([name, item]) => [name, resolve(item, stack)]));
  }

  function intrinsic(name: string, argument: unknown, stack: string): unknown {
    const given = name === "Ref" || name === "Fn::GetAtt" ? argument : resolve(argument, stack);
    switch (name) {
      case "Ref":
        return reference(stack, String(given), "Ref");
      case "Fn::GetAtt": {
        const [id, attribute] = Array.isArray(given) ? given.map(String) : String(given).split(/\.(.*)/s);
        return reference(stack, id ?? "", attribute ?? "");
      }
      case "Fn::Join": {
        const [separator, parts] = given as [string, string[]];
        return local(parts.join(separator));
      }
      case "Fn::Sub": {
        const filled = String(given).replace(/\$\{([^}]+)\}/g, (_, name: string) => {
          const [id = "", attribute = "Ref"] = name.split(/\.(.*)/s);
          return reference(stack, id, attribute);
        });
        return local(filled);
      }
      case "Fn::ImportValue": {
        const found = exported.get(String(given));
        if (!found) throw new TemplateError(`${stack} imports ${String(given)}, which no stack exports`);
        return resolve(found.value, found.stack);
      }
      default:
        throw new TemplateError(`${stack}: the intrinsic function ${name} is not supported by the local stack`);
    }
  }

  const local = (text: string) => text.replace(/https:\/\/[a-z0-9]+\.execute-api\.us-east-1\.amazonaws\.com/g, apiUrl);

  return [...stacks].flatMap(([stack, template]) =>
    Object.entries(template.Resources ?? {}).map(([id, raw]): Resource => {
      return {
        id,
        stack,
        type: raw.Type,
        label: labelOf(raw, id),
        name: nameOf(stack, id, raw),
        attributes: attributesOf(stack, id),
        properties: resolve(raw.Properties ?? {}, stack) as Properties,
      };
    }),
  );
}

function refuseUnknownTypes(stacks: ReadonlyMap<string, RawTemplate>): void {
  const unknown = [...stacks].flatMap(([stack, template]) =>
    Object.entries(template.Resources ?? {})
      .filter(([, resource]) => !resourceTypes[resource.Type])
      .map(([id, resource]) => `${resource.Type} (${stack}/${id})`),
  );
  if (unknown.length > 0) {
    throw new TemplateError(
      `the template uses resource types that the local stack does not support: ${unknown.join(", ")}`,
    );
  }
}

/** The label of `clearing-dev-api/Booking/Resource` is `Booking`. */
function labelOf(raw: RawResource, id: string): string {
  const path = raw.Metadata?.["aws:cdk:path"];
  return typeof path === "string" ? (path.split("/").at(-2) ?? id) : id;
}
