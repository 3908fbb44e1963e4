export { StartRefused } from "./data-folder.ts";
export { TemplateError } from "./resource.ts";
export { startStack } from "./stack.ts";
export type { Kept, LocalRoute, Stack, StackOptions } from "./stack-options.ts";
