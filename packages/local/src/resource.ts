/** Account and region that every ARN of the local stack names. */
export const account = "000000000000";
export const region = "us-east-1";

/** What stops the start: the template asks for something that this stack does not know, or leaves something out. */
export class TemplateError extends Error {
  override name = "TemplateError";
}

export type Properties = Record<string, unknown>;
export type Attributes = { Ref: string } & Record<string, string>;

/** One resource with every intrinsic function resolved. `label` is the construct's own name, for logs and messages. */
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
/** The properties of a resource, as their reader knows them. */
export const read = <T>(resource: Resource) => resource.properties as Shape<T>;
/** Stops the start with the name of a resource. */
export const fail = (resource: Resource, message: string): never => {
  throw new TemplateError(`${resource.stack}/${resource.id}: ${message}`);
};
