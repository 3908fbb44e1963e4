/** A stack in a process of its own, to be killed: says where it answers in one line, then runs until that. */
import { startStack } from "@clearing/local";
import { addressesOf } from "../harness/http.ts";

const [templateDir = "", dataDir = "", port, stripePort] = process.argv.slice(2);
const stack = await startStack({ templateDir, dataDir, port: Number(port), stripePort: Number(stripePort) });
console.log(JSON.stringify(addressesOf(stack)));
