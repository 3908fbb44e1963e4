import { TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { addPlaces, removePlaces } from "@clearing/commands/capacity";
import { changeCohort, createCohort } from "@clearing/commands/cohort";
import { writeProgram } from "@clearing/commands/program";
import { type Cohort, moveDates, newPlace } from "@clearing/domain/cohort";
import type { Program } from "@clearing/domain/program";
import { addDays, epochSeconds, type Instant, plusDays } from "@clearing/domain/time";
import { readCohort } from "@clearing/store/cohort";
import type { IdempotencyRecord } from "@clearing/store/idempotency";
import type { Store } from "@clearing/store/store";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { changesOf, emptied } from "../harness/changes.ts";
import { interrupted } from "../harness/interrupted.ts";
import { actor, openCohort, sampleProgram } from "../harness/sample.ts";
import { ids, startTestStore, type TestStore } from "../harness/store.ts";

const now: Instant = "2027-03-01T17:00:00Z";
const occasion = { actor, action: "sample", now };

let running: TestStore;
let store: Store;
beforeAll(async () => {
  running = await startTestStore();
  store = running.store;
});
beforeEach(() => emptied(store));
afterAll(() => running.stop());

const answer = (): IdempotencyRecord => ({
  scope: ids.next("scope"),
  fingerprint: "",
  status: 200,
  body: null,
  expiresAt: epochSeconds(plusDays(now, 30)),
});

type Catalogue = { program: Program; cohort: Cohort };

/** A program with one cohort of two places. */
async function made(status: Cohort["status"] = "draft"): Promise<Catalogue> {
  const program = sampleProgram();
  const { id } = await openCohort(store, program, { places: 2, now });
  if (status !== "open") return { program, cohort: await become(id, status) };
  await become(id, "draft");
  return { program, cohort: await become(id, "open") };
}

async function become(id: string, status: Cohort["status"]): Promise<Cohort> {
  const changed = await turn({ cohort: { id } }, status);
  if (!changed.ok) throw new Error(changed.reason);
  return changed.cohort;
}

const turn = ({ cohort: { id } }: { cohort: Pick<Cohort, "id"> }, status: Cohort["status"], on = store) =>
  changeCohort(on, id, ({ cohort }) => ({ ok: true, cohort: { ...cohort, status } }), occasion, answer);

const publish = (program: Program, status: Program["status"] = "published", on = store) => {
  const after = { ...program, status, version: program.version + 1 };
  const subject = { type: "program", id: program.id, version: after.version } as const;
  const event = { name: "ProgramPublished", subject, data: { programId: program.id, status } } as const;
  return writeProgram(on, program, after, [event], occasion, answer());
};

type Row = {
  when: string;
  given?: Cohort["status"];
  act: (of: Catalogue) => Promise<{ ok: boolean }>;
  leaves: string[];
};

const rows: Row[] = [
  {
    when: "a program is published",
    act: ({ program }) => publish(program),
    leaves: ["ProgramPublished", "answer", "audit of a program", "program"],
  },
  {
    when: "a cohort is planned",
    act: ({ cohort: like }) => {
      const cohort = { ...like, id: ids.next("coh"), version: 1 };
      const place = newPlace(cohort, { id: ids.next("plc"), type: "private" });
      return createCohort(store, cohort, [place], occasion, answer());
    },
    leaves: ["answer", "audit of a cohort", "cohort", "place"],
  },
  {
    when: "a cohort opens",
    act: (of) => turn(of, "open"),
    leaves: ["CohortOpened", "answer", "audit of a cohort", "cohort", "open cohorts", "place"],
  },
  {
    when: "a cohort closes",
    given: "open",
    act: (of) => turn(of, "closed"),
    leaves: ["CohortClosed", "answer", "audit of a cohort", "cohort", "open cohorts", "place"],
  },
  {
    when: "a cohort is given other dates",
    act: ({ cohort: { id } }) =>
      changeCohort(store, id, ({ cohort }) => ({ ok: true, cohort: moved(cohort) }), occasion),
    leaves: ["audit of a cohort", "cohort", "place", "place"],
  },
  {
    when: "a cohort grows",
    act: ({ cohort: { id } }) => addPlaces(store, id, { type: "private", newIds: [ids.next("plc")] }, occasion, answer),
    leaves: ["PlacesAdded", "answer", "audit of a cohort", "cohort", "place"],
  },
  {
    when: "a cohort shrinks",
    act: ({ cohort: { id } }) => removePlaces(store, id, { type: "private", count: 1 }, occasion, answer),
    leaves: ["PlacesRemoved", "answer", "audit of a cohort", "cohort", "no place"],
  },
];

const moved = (cohort: Cohort): Cohort => {
  const { startsOn, endsOn, timeZone } = cohort;
  return moveDates(cohort, { startsOn: addDays(startsOn, 1), endsOn: addDays(endsOn, 1), timeZone }, 14);
};

describe("one transaction writes all that belongs together", () => {
  test.each(rows)("when $when", async ({ given, act, leaves }) => {
    const catalogue = await made(given);
    let result = { ok: false };

    const changes = await changesOf(store, async () => {
      result = await act(catalogue);
    });

    expect(result).toMatchObject({ ok: true });
    expect(changes).toEqual(expect.arrayContaining(leaves));
  });
});

describe("a program", () => {
  test("is retired while none of its cohorts is open", async () => {
    const { program, cohort } = await made("open");

    expect(await publish(program, "retired")).toEqual({ ok: false, reason: "cohort_open" });

    await become(cohort.id, "closed");
    expect(await publish(program, "retired")).toEqual({ ok: true });
  });

  test("that changes while a cohort of it opens makes the opening decide again", async () => {
    const catalogue = await made();
    const seen: number[] = [];
    const racing = interrupted(store, TransactWriteCommand, () => publish(catalogue.program));
    const open = ({ cohort, program }: Catalogue) => {
      seen.push(program.version);
      return { ok: true, cohort: { ...cohort, status: "open" } } as const;
    };

    await changeCohort(racing, catalogue.cohort.id, open, occasion);

    expect(seen).toEqual([1, 2]);
  });
});

describe("the places of a cohort", () => {
  const places = async ({ id }: Cohort) => (await readCohort(store, id))?.places.map(({ onSale }) => onSale);

  test("get the sale status, and then have no deadline until the cohort's end", async () => {
    const { cohort } = await made();

    await turn({ cohort }, "open");

    const after = await readCohort(store, cohort.id);
    expect(after?.places.map(({ onSale }) => onSale)).toEqual([true, true]);
    expect(after?.cohort.dueAt).not.toBe(now);
  });

  test("get nothing that was decided before a later change", async () => {
    const { cohort } = await made("open");
    // The change itself is the first transaction, the update of its places the second.
    const late = interrupted(store, TransactWriteCommand, () => turn({ cohort }, "open"), 2);

    await turn({ cohort }, "closed", late);

    expect((await readCohort(store, cohort.id))?.cohort.status).toBe("open");
    expect(await places(cohort)).toEqual([true, true]);
  });
});
