import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { docs, health, openapi } from "@clearing/contracts/routes/catalogue";
import type { Answer, Reply } from "@clearing/runtime/api";
import { bind } from "@clearing/runtime/binding";
import { type ContentEncoding, preferredEncoding } from "@clearing/runtime/negotiation";
import { shortPage } from "@clearing/runtime/page";
import fresh from "fresh";

/** The build puts each document beside the bundle, uncompressed and compressed. */
function fileOf(name: string, encoding: ContentEncoding): URL {
  return new URL(encoding === "identity" ? name : `${name}.${encoding}`, import.meta.url);
}

type Kept = { bytes: Uint8Array; etag: string };
const kept = new Map<string, Promise<Kept>>();

/** Each document is read and hashed once per container; after a failure, the next request reads it again. */
function read(name: string, encoding: ContentEncoding): Promise<Kept> {
  const file = fileOf(name, encoding);
  const known = kept.get(file.href);
  if (known !== undefined) return known;
  const reading = readFile(file).then((bytes) => ({ bytes, etag: etagOf(bytes) }));
  kept.set(file.href, reading);
  reading.catch(() => kept.delete(file.href));
  return reading;
}

const etagOf = (bytes: Uint8Array) => `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`;

type Asked = { "accept-encoding"?: string | undefined; "if-none-match"?: string | undefined };

/**
 * A document is the same for everybody until the next deployment, so it may be cached and is sent again only if it has
 * changed.
 */
async function cachedDocument(name: string, asked: Asked, page: Omit<Reply, "status" | "body">): Promise<Answer> {
  const encoding = preferredEncoding(asked["accept-encoding"]);
  const { bytes, etag } = await read(name, encoding);
  const headers = { "cache-control": "public, max-age=300", vary: "accept-encoding", etag };
  // Only the ETag counts: `no-cache` in a request asks caches to revalidate here, and browsers send it with each
  // If-None-Match.
  if (fresh({ "if-none-match": asked["if-none-match"] }, headers)) return { status: 304, headers };
  const compressed = encoding === "identity" ? {} : { "content-encoding": encoding };
  return { status: 200, ...page, headers: { ...headers, ...compressed }, body: bytes };
}

export const documentBindings = [
  bind(health, async () => ({ status: 200, body: { status: "ok" } })),
  bind(openapi, ({ headers }) =>
    cachedDocument("openapi.json", headers, { contentType: "application/json; charset=utf-8" }),
  ),
  bind(
    docs,
    ({ headers }) =>
      cachedDocument("docs.html", headers, {
        contentType: "text/html; charset=utf-8",
        // The page renders in the browser from its own content and loads nothing else.
        policy: {
          "script-src": "'unsafe-inline'",
          "style-src": "'unsafe-inline'",
          "img-src": "data:",
          "font-src": "data:",
          "connect-src": "'self'",
        },
      }),
    () => shortPage(503, { title: "We cannot show the documentation", text: "Please try again in a moment." }),
  ),
];
