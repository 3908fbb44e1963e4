import { readdirSync } from "node:fs";
import { join } from "node:path";

/** A folder for a function's bundle, by the construct's name: `bundles` of `startStack`. */
export type Bundles = (label: string) => string | undefined;

/** The bundles below a folder, such as `dist`, which holds one for each function. */
export function bundlesIn(folder: string): Bundles {
  const names = readdirSync(join(folder, "functions"));
  return (label) => {
    const name = names.find((one) => isSame(one, label));
    return name === undefined ? undefined : join(folder, "functions", name);
  };
}

/** Whether a folder's name, `stripe-events`, and a construct's, `StripeEvents`, are of one function. */
export const isSame = (name: string, label: string): boolean => plain(name) === plain(label);

const plain = (name: string): string => name.replaceAll("-", "").toLowerCase();
