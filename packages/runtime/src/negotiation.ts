import Negotiator from "negotiator";

/** A parameter of a media range, but its weight; a quoted value may hold commas and semicolons. */
const parameter = /;\s*(?!q\s*=)[^\s;,="]+\s*(?:=\s*(?:"(?:\\.|[^"\\])*"|[^;,"]*))?/gi;

/**
 * The media type, of those that are offered, that an `Accept` header likes best (RFC 9110, 12.5.1); the first of equals.
 * Undefined if it takes none of them. No header, or an empty one, takes any. Types are compared without their
 * parameters: a client that names a charset or a header line is given the type as it is offered, which says its own.
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

/** The compression that an `Accept-Encoding` header likes best; `identity`, which is none, wherever nothing else is liked. */
export function preferredEncoding(acceptEncoding: string | undefined): ContentEncoding {
  const negotiator = new Negotiator({ headers: { "accept-encoding": acceptEncoding ?? "" } });
  const best = negotiator.encoding([...compressions, "identity"]);
  return compressions.find((one) => one === best) ?? "identity";
}
