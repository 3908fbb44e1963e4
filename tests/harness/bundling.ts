import { bundlingOf } from "../../scripts/build.ts";

/** `npm run test:e2e`, a loop of development, sets `BUNDLES=together`. `npm test` runs the bundles that are deployed. */
export const bundling = bundlingOf(process.env.BUNDLES);
