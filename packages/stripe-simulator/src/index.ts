export type { Fault, FaultKind } from "./faults.ts";
export { type Served, serveSimulator } from "./serve.ts";
export { createSimulator, type Simulator, type SimulatorOptions } from "./simulator.ts";
export type { Misbehaviour } from "./webhooks/deliveries.ts";
export { API_VERSION } from "./world.ts";
