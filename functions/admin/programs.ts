import { draftProgram, editProgram } from "@clearing/commands/edit-program";
import { createProgram, patchProgram } from "@clearing/contracts/routes/programs";
import { programView } from "@clearing/contracts/views/program";
import type { Program } from "@clearing/domain/program";
import { command } from "@clearing/runtime/command";
import type { Deps } from "@clearing/runtime/deps";

const view = ({ program }: { program: Program }) => programView(program);
const context = ({ store, config }: Deps) => ({ store, settled: config.settlementCurrencies });

export const programBindings = [
  command(createProgram, {
    as: ["admin"],
    action: "create_program",
    status: 201,
    view,
    run: ({ body }, { deps, occasion, answer }) =>
      draftProgram(context(deps), { ...body, id: deps.ids.next("prog") }, occasion, answer),
    refusals: {},
  }),

  command(patchProgram, {
    as: ["admin"],
    action: "change_program",
    status: 200,
    view,
    run: ({ params, body }, { deps, occasion, answer }) =>
      editProgram(context(deps), params.id, body, occasion, answer),
    refusals: {
      cohort_open: { refused: "invalid_transition", detail: "This program has an open cohort. Close it first." },
    },
  }),
];
