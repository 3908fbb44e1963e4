/** One line of a price, in minor units. A tax line has quantity 1. */
export type QuoteLine = {
  kind: "place" | "add_on" | "tax";
  id: string;
  label: string;
  quantity: number;
  unitAmount: number;
  amount: number;
};
