import { fail, read } from "./resource.ts";
import type { Template } from "./template.ts";
import type { Authorizer, FunctionOf } from "./topology.ts";

/** Reads the authorizers by logical id; refuses those that this gateway does not support. */
export function readAuthorizers(template: Template, functionOf: FunctionOf): Map<string, Authorizer> {
  type Properties = {
    AuthorizerType: string;
    JwtConfiguration?: { Issuer: string; Audience: string[] };
    AuthorizerUri?: string;
    AuthorizerPayloadFormatVersion?: string;
    AuthorizerResultTtlInSeconds?: number;
    EnableSimpleResponses?: boolean;
    IdentitySource?: string[];
  };
  const authorizers = template.ofType("AWS::ApiGatewayV2::Authorizer").map((resource): [string, Authorizer] => {
    const properties = read<Properties>(resource);
    const { AuthorizerType: type, JwtConfiguration: jwt, IdentitySource: sources = [] } = properties;
    if (type === "JWT" && jwt) return [resource.id, { kind: "jwt", issuer: jwt.Issuer, audience: jwt.Audience }];
    if (type !== "REQUEST") fail(resource, `authorizers of type ${type} are not supported`);
    if (properties.AuthorizerPayloadFormatVersion !== "2.0") fail(resource, "only payload format 2.0 is supported");
    const header = (source: string): string =>
      /^\$request\.header\.([\w-]+)$/.exec(source)?.[1]?.toLowerCase() ??
      fail(resource, `the identity source ${source} is not supported`);
    return [
      resource.id,
      {
        kind: "function",
        id: resource.id,
        functionId: functionOf(resource, properties.AuthorizerUri ?? ""),
        headers: sources.map(header),
        keptMs: (properties.AuthorizerResultTtlInSeconds ?? 300) * 1000,
        simple: properties.EnableSimpleResponses ?? false,
      },
    ];
  });
  return new Map(authorizers);
}
