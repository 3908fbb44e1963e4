/** A stack in a process of its own, to be killed: says where it answers in one line, then runs until then, or until the process that started it is gone. */
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
