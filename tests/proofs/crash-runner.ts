/**
 * A stack in a separate process, to be killed. Prints its addresses in one line, then runs until it is killed or its
 * parent is gone.
 */
import { startStack } from "@clearing/local";
import { bundlesIn } from "../../scripts/bundles.ts";
import { addressesOf } from "../harness/http.ts";

const [templateDir = "", dataDir = "", port, stripePort, bundles = ""] = process.argv.slice(2);
const stack = await startStack({
  templateDir,
  dataDir,
  port: Number(port),
  stripePort: Number(stripePort),
  warm: false,
  ...(bundles === "" ? {} : { bundles: bundlesIn(bundles) }),
});
process.stdin.on("end", () => process.exit(1)).resume();
console.log(JSON.stringify(addressesOf(stack)));
