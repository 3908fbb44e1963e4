import { randomUUID } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { type AwsAnswer, AwsError, errorAnswer } from "./aws-error.ts";
import type { FunctionSpec } from "./topology.ts";

/** One call of a function to AWS. `caller` also identifies the process, so that a crash hits the right one. */
export type AwsCall = {
  caller: string;
  fn: FunctionSpec;
  /** `DynamoDB_20120810.PutItem`, or method and path of a REST service. */
  operation: string;
  body: Buffer;
};
/** Answers one service's calls; `"hang_up"` closes the connection without an answer. */
export type AwsService = (call: AwsCall) => Promise<AwsAnswer | "hang_up">;

/**
 * The endpoint that stands in for AWS. The access key id in the signature identifies the caller: a function's logical
 * id, with a process number after a dot. Signatures and their times are not verified. Answers have the stack's time, as
 * functions do: otherwise the SDK assumes a wrong clock and resends every refused request three times.
 */
export function createAwsEndpoint(
  functions: readonly FunctionSpec[],
  services: Record<string, AwsService>,
  now: () => number,
): RequestListener {
  const byId = new Map(functions.map((fn) => [fn.id, fn]));

  async function answer(request: IncomingMessage, body: Buffer): Promise<AwsAnswer | "hang_up"> {
    const target = request.headers["x-amz-target"];
    const operation = typeof target === "string" ? target : `${request.method} ${request.url?.split("?")[0]}`;
    const caller = /Credential=([^/]+)\//.exec(request.headers.authorization ?? "")?.[1] ?? "";
    const fn = byId.get(caller.split(".")[0] ?? "");
    if (!fn)
      throw new AwsError("UnrecognizedClientException", "The security token included in the request is invalid.", 403);
    const service = services[typeof target === "string" ? (target.split(".")[0] ?? "") : operation];
    if (!service) throw new AwsError("UnknownOperationException", `${operation} is not supported by the local stack`);
    return service({ caller, fn, operation, body });
  }

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
      answer(request, body)
        .catch((error: unknown) => errorAnswer(error))
        .then((result) => {
          if (result === "hang_up") {
            request.socket.destroy();
            return;
          }
          response.writeHead(result.status, {
            date: new Date(now()).toUTCString(),
            "content-type": "application/x-amz-json-1.0",
            "x-amzn-requestid": randomUUID(),
            ...result.headers,
            "content-length": Buffer.byteLength(result.body),
          });
          response.end(result.body);
        })
        .catch(() => request.socket.destroy());
    });
    request.on("error", () => response.destroy());
  }

  return handle;
}
