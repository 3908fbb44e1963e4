export type { FaultKind } from "./faults.ts";
export { type Served, serveSimulator } from "./serve.ts";
export { createSimulator } from "./simulator.ts";
export { apiVersion as API_VERSION } from "./world.ts";
