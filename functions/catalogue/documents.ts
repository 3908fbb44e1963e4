import { readFile } from "node:fs/promises";
import { docs, health, openapi } from "@clearing/contracts/routes/catalogue";
import { bind } from "@clearing/runtime/api";

/** The build puts both documents beside the bundle. */
const beside = (name: string): URL => new URL(name, import.meta.url);

/** The page draws itself in the browser from what is in it: nothing is loaded from anywhere else. */
const pagePolicy =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; font-src data:; connect-src 'self'";

export const documentBindings = [
  bind(health, async () => ({ status: 200, body: { status: "ok" } })),
  bind(openapi, async () => ({
    status: 200,
    contentType: "application/json; charset=utf-8",
    body: await readFile(beside("openapi.json"), "utf8"),
  })),
  bind(docs, async () => ({
    status: 200,
    contentType: "text/html; charset=utf-8",
    headers: { "content-security-policy": pagePolicy },
    body: await readFile(beside("docs.html"), "utf8"),
  })),
];
