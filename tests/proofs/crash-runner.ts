/** A stack in a process of its own, to be killed: says where it answers in one line, then runs until that. */
import { startStack } from "@clearing/local";
import type { Addresses } from "./stack.ts";

const [templateDir = "", dataDir = "", port, stripePort] = process.argv.slice(2);
const stack = await startStack({ templateDir, dataDir, port: Number(port), stripePort: Number(stripePort) });
const { apiUrl, simulatorUrl = "", dynamoDbUrl, topology } = stack;
const addresses: Addresses = { apiUrl, simulatorUrl, dynamoDbUrl, tables: topology.tables.map(({ name }) => name) };
console.log(JSON.stringify(addresses));
