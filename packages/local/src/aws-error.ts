import type { RequestContext } from "./policy.ts";
import type { FunctionSpec } from "./topology.ts";

/** The calling function with its role. */
export type Caller = Pick<FunctionSpec, "name" | "roleArn" | "allows">;
export type AwsAnswer = { status: number; headers?: Record<string, string>; body: Buffer | string };
/** A refusal with the code of an AWS service, such as `AccessDeniedException`. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  readonly details: Record<string, unknown>;
  constructor(code: string, message: string, status = 400, details: Record<string, unknown> = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.details = details;
  }
}

/** Throws AWS's `AccessDeniedException` unless the function's role allows the action on the resource. */
export function requireGrant(caller: Caller, action: string, resource: string, context?: RequestContext): void {
  if (caller.allows(action, resource, context)) return;
  const role = caller.roleArn.split("/").at(-1);
  throw new AwsError(
    "AccessDeniedException",
    `User: arn:aws:sts::000000000000:assumed-role/${role}/${caller.name} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
  );
}

/** An error as AWS's answer. Any error other than an `AwsError` becomes a 500. */
export function errorAnswer(error: unknown): AwsAnswer {
  const known =
    error instanceof AwsError
      ? error
      : new AwsError("InternalServerError", error instanceof Error ? error.message : String(error), 500);
  return {
    status: known.status,
    headers: { "x-amzn-errortype": known.code },
    body: JSON.stringify({
      __type: `com.amazonaws#${known.code}`,
      message: known.message,
      Message: known.message,
      ...known.details,
    }),
  };
}
