import type { CohortTerms } from "../cohort/index.ts";
import type { QuoteLine } from "./quote-line.ts";
import { taxLines } from "./tax.ts";

export type WantedAddOn = { id: string; quantity: number };

type LinesRefused = { ok: false; reason: "validation_failed"; path: string; detail: string };

/**
 * The price lines: the place, its add-ons, and a line for each tax; with their total and the tax in it. Refuses
 * (`validation_failed`) an unknown or repeated add-on, and a quantity above its stock.
 */
export function priceLines(
  terms: CohortTerms,
  place: { type: string; price: number },
  wanted: WantedAddOn[],
): { ok: true; lines: QuoteLine[]; total: number; tax: number } | LinesRefused {
  const addOns = addOnLines(terms, wanted);
  if (!addOns.ok) return addOns;
  const { type, price } = place;
  const label = `${terms.publicLabel}, ${type}`;
  const sold: QuoteLine[] = [
    { kind: "place", id: type, label, quantity: 1, unitAmount: price, amount: price },
    ...addOns.lines,
  ];
  const taxes = taxLines(terms.taxes, sold, terms.currency);
  const tax = sumOf(taxes);
  return { ok: true, lines: [...sold, ...taxes], total: sumOf(sold) + tax, tax };
}

const sumOf = (lines: QuoteLine[]): number => lines.reduce((sum, { amount }) => sum + amount, 0);

function addOnLines({ addOns }: CohortTerms, wanted: WantedAddOn[]): { ok: true; lines: QuoteLine[] } | LinesRefused {
  const lines: QuoteLine[] = [];
  for (const [index, { id, quantity }] of wanted.entries()) {
    const path = `addOns.${index}`;
    const addOn = addOns.find((one) => one.id === id);
    if (addOn === undefined) return refused(path, `Must be an add-on of this cohort: ${id} is not`);
    if (lines.some((line) => line.id === id)) return refused(path, `Must not list the add-on ${id} twice`);
    if (quantity > addOn.stock) return refused(`${path}.quantity`, `Must be at most ${addOn.stock} for ${id}`);
    const { label, price } = addOn;
    lines.push({ kind: "add_on", id, label, quantity, unitAmount: price, amount: price * quantity });
  }
  return { ok: true, lines };
}

const refused = (path: string, detail: string): LinesRefused => ({
  ok: false,
  reason: "validation_failed",
  path,
  detail,
});
