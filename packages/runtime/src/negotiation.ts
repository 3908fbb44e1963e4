import Negotiator from "negotiator";

/** A parameter of a media range except its weight. A quoted value can contain commas and semicolons. */
const parameter = /;\s*(?!q\s*=)[^\s;,="]+\s*(?:=\s*(?:"(?:\\.|[^"\\])*"|[^;,"]*))?/gi;

/**
 * The offered media type that an `Accept` header prefers (RFC 9110, 12.5.1), the first of equals; undefined if it
 * accepts none. A missing or empty header accepts any. Types are compared without parameters; the response has the
 * offered type with its own parameters.
 */
export function preferredType<Type extends string>(
  accept: string | undefined,
  offered: readonly Type[],
): Type | undefined {
  const negotiator = new Negotiator({ headers: { accept: accept?.replace(parameter, "").trim() || "*/*" } });
  const bare = offered.map((type) => type.replace(parameter, ""));
  return offered[bare.indexOf(negotiator.mediaType(bare) ?? "")];
}

const compressions = ["br", "gzip"] as const;
export type ContentEncoding = (typeof compressions)[number] | "identity";

/** The compression that an `Accept-Encoding` header prefers; `identity` (no compression) if it accepts no other. */
export function preferredEncoding(acceptEncoding: string | undefined): ContentEncoding {
  const negotiator = new Negotiator({ headers: { "accept-encoding": acceptEncoding ?? "" } });
  const best = negotiator.encoding([...compressions, "identity"]);
  return compressions.find((one) => one === best) ?? "identity";
}
