/** The account and region of every ARN in the local stack. */
export const account = "000000000000";
export const region = "us-east-1";

/** Stops the start: the template uses something that this stack does not support, or lacks something. */
export class TemplateError extends Error {
  override name = "TemplateError";
}

export type Properties = Record<string, unknown>;
export type Attributes = { Ref: string } & Record<string, string>;

/** One resource with every intrinsic function resolved. `label` is the construct's name, for logs and messages. */
export type Resource = {
  id: string;
  type: string;
  stack: string;
  label: string;
  name: string;
  attributes: Attributes;
  properties: Properties;
};

type Shape<T> = T & Record<string, unknown>;
/** The properties of a resource, in the type that the caller expects. */
export const read = <T>(resource: Resource) => resource.properties as Shape<T>;
/** Stops the start with a message that names the resource. */
export const fail = (resource: Resource, message: string): never => {
  throw new TemplateError(`${resource.stack}/${resource.id}: ${message}`);
};
