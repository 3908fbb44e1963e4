import { readdirSync } from "node:fs";
import { join } from "node:path";

/** The bundle folder of a function by its construct's name, for `bundles` of `startStack`. */
export type Bundles = (label: string) => string | undefined;

/** The bundles in a folder such as `dist`. */
export function bundlesIn(folder: string): Bundles {
  const names = readdirSync(join(folder, "functions"));
  return (label) => {
    const name = names.find((one) => isSame(one, label));
    return name === undefined ? undefined : join(folder, "functions", name);
  };
}

/** Whether a folder's name (`stripe-events`) and a construct's name (`StripeEvents`) mean the same function. */
export const isSame = (name: string, label: string): boolean => plain(name) === plain(label);

const plain = (name: string): string => name.replaceAll("-", "").toLowerCase();
