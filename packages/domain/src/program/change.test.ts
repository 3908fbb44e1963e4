import { describe, expect, test } from "vitest";
import { program } from "../testing/retreat.ts";
import { draftProgram, editProgram, type ProgramEdit } from "./index.ts";

const { id: _id, version: _version, auditHash: _auditHash, status: _status, ...content } = program();
const edited = (before: Parameters<typeof program>[0], edit: ProgramEdit, settled = ["usd"]) =>
  editProgram(program(before), edit, settled);

describe("a new program", () => {
  test("is a draft, with its length as the default label", () => {
    const drafted = draftProgram({ ...content, publicLabel: undefined }, "prog_2", ["usd"]);

    expect(drafted).toMatchObject({
      ok: true,
      program: { id: "prog_2", version: 1, status: "draft", publicLabel: "Seven-day program" },
    });
  });

  test("is in a currency that the account settles", () => {
    expect(draftProgram(content, "prog_2", ["eur"])).toMatchObject({ ok: false, errors: [{ path: "currency" }] });
  });
});

describe("an edit of a program", () => {
  test("creates its next version, and keeps unnamed fields", () => {
    expect(edited({}, { summary: "New", name: undefined })).toMatchObject({
      ok: true,
      program: { version: 2, summary: "New", name: program().name },
      events: [],
    });
  });

  test("without changes keeps the version", () => {
    const before = program();
    const result = editProgram(before, {}, ["eur"]);

    expect(result.ok && result.program).toBe(before);
  });

  test("that publishes it reports the publication, once", () => {
    const published = {
      name: "ProgramPublished",
      subject: { type: "program", id: "prog_1", version: 2 },
      data: { programId: "prog_1", status: "published" },
    };

    expect(edited({ status: "draft" }, { status: "published" })).toMatchObject({ events: [published] });
    expect(edited({ status: "published" }, { status: "published" })).toMatchObject({ events: [] });
  });

  test("can only publish and then retire it", () => {
    expect(edited({ status: "published" }, { status: "draft" })).toEqual({
      ok: false,
      reason: "invalid_transition",
      detail: "A program cannot change from published to draft.",
    });
  });

  test("cannot change a published program's currency", () => {
    const euros = { currency: "eur" };
    const refusal = { ok: false, errors: [{ path: "currency", message: expect.stringContaining("Must stay usd") }] };

    expect(edited({ status: "published" }, euros, ["usd", "eur"])).toMatchObject(refusal);
    expect(edited({ status: "draft" }, euros, ["usd", "eur"])).toMatchObject({ ok: true });
  });
});
