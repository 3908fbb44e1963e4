import * as routes from "@clearing/contracts/routes/calculators";
import { annualPercentageRate } from "@clearing/domain/credit";
import { bind } from "@clearing/runtime/binding";

export const calculatorBindings = [
  bind(routes.computeApr, async ({ body }) => {
    const answer = annualPercentageRate(body);
    if (answer.ok) return { status: 200, body: answer.figures };
    if (answer.reason === "no_apr") return { refused: answer.reason, detail: answer.detail };
    return { refused: answer.reason, errors: [{ path: answer.path, message: answer.detail }] };
  }),
];
