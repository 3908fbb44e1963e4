import { defineConfig } from "vitest/config";

/** The tests that a mutant of the domain is run against: the domain's. */
export default defineConfig({ test: { include: ["packages/domain/src/**/*.test.ts"] } });
