import type { Program } from "@clearing/domain/program";

/** A program without what is kept of it for ourselves: its version and its place in the audit log. */
export function programView({ version: _version, auditHash: _auditHash, ...program }: Program) {
  return program;
}
