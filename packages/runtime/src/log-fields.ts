/** A value that a log line may carry if it has the shape of its field. */
export type LogValue = string | number | boolean | null | undefined;

type Shape = (value: string | number) => boolean;

const text =
  (pattern: RegExp): Shape =>
  (value) =>
    typeof value === "string" && value.length <= 200 && pattern.test(value);
/** Counts, milliseconds, statuses and amounts in minor units: too short for a card number. */
const number: Shape = (value) => typeof value === "number" && Number.isFinite(value) && Math.abs(value) < 1e12;

/** Accepts neither text nor numbers; booleans are shown without this check. */
const yesOrNo: Shape = () => false;

/**
 * Our ids (`bkg_...`) and Stripe's (`cs_test_...`). An id has a digit, which few words have, or is long with a capital
 * after small letters.
 */
const idPattern = "(?=\\w*\\d|[a-z_]+_(?=\\w{14})[A-Z]*[a-z]+[A-Z])[a-z]{2,6}(_test|_live)?_[A-Za-z0-9]{1,100}";
const id = text(new RegExp(`^${idPattern}$`));
const uuidPattern = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
/** A request or invocation id: a UUID, or API Gateway's format. */
const request = text(new RegExp(`^(${uuidPattern}|[\\w-]{10,20}=)$`));
/** A message id: a UUID, to which SES adds a prefix and a suffix. */
const message = text(new RegExp(`^([0-9a-f]{16}-)?${uuidPattern}(-\\d{6})?$`));
/** The id of an event or its subject: ours, Stripe's, or an SES message's. */
const eventOf: Shape = (value) => id(value) || message(value);
/** A code such as `payment_refused` or `2xx`; if Stripe gave none, the name of the SDK's error class. */
const code = text(/^((?!.*\d{5})(?=.*[a-z])[a-z0-9]+(_[a-z0-9]+)*|Stripe[A-Z][A-Za-z]{2,20}Error)$/);
const pascal = "[A-Z][a-z]+([A-Z][a-z0-9]+)+";

/** Every field that a log line may have, with the shape of its values. Other fields are not logged (I8). */
const shapes = {
  function: text(/^clearing(-[a-z0-9]+)+$/),
  stage: text(/^[a-z][a-z0-9]{1,11}$/),
  operation: text(/^[a-z]+([A-Z][a-z]+)*$/),
  route: text(/^([A-Z]+ \/[a-z0-9{}A-Z_./-]*|\$default)$/),
  event: text(new RegExp(`^${pascal}$`)),
  type: text(/^[a-z_]+(\.[a-z_]+)+$/),
  /** Stripe's versions start in 2011, so no adult's date of birth looks like one. */
  apiVersion: text(/^20(1[1-9]|[2-9]\d)-\d\d-\d\d(\.[a-z]+)?$/),
  variable: text(/^[A-Z]+(_[A-Z]+)*$/),
  param: text(/^[a-z_]+(\[[a-z0-9_]+\])*$/),
  currency: text(/^[a-z]{3}$/),

  correlationId: (value) => request(value) || eventOf(value),
  messageId: message,
  eventId: eventOf,
  subjectId: eventOf,
  objectId: id,
  bookingId: id,
  refundId: id,
  partId: id,
  chargeId: id,
  customerId: id,
  outboxId: id,
  /** The key of an item: `BKG#bkg_... ATT#att_...`. */
  item: text(new RegExp(`^[A-Z]+(#${idPattern})*( [A-Z]+(#${idPattern})*)?$`)),
  /** The business reference of a journal entry: `payment:ch_...`. */
  reference: text(new RegExp(`^[a-z_-]+(:(${idPattern}|[a-z_-]+|\\d{1,4}))+$`)),

  kind: code,
  reason: code,
  code,
  outcome: code,
  decided: code,
  recipient: code,
  answered: code,
  consumed: code,
  isPermanent: yesOrNo,

  status: number,
  version: number,
  took: number,
  amount: number,
  messages: number,
  entries: number,
  found: number,
  sent: number,
  pages: number,

  error: text(new RegExp(`^(Error|Failure|${pascal})$`)),
  /** The type of Stripe's error, and the request id. */
  stripeType: text(/^(Stripe[A-Za-z]+|[a-z]+(_[a-z]+)*_error)$/),
  stripeRequest: id,
  awsRequest: text(new RegExp(`^(${uuidPattern}|[A-Z0-9]{52})$`)),
  /** Node's error codes: `ECONNRESET`, `ERR_INVALID_URL`. */
  system: text(/^(E[A-Z]+|[A-Z]+(_[A-Z0-9]+)+)$/),
  /** Why DynamoDB cancelled a transaction, per item. */
  reasons: text(/^[A-Z][A-Za-z]+(,[A-Z][A-Za-z]+)*$/),
  /** The paths and codes of parse errors: `body.places.0.count:too_small`. */
  issues: text(
    /^[a-z][A-Za-z0-9]*(\.([a-z][A-Za-z]*|\d{1,4}))*:[a-z_]+(,[a-z][A-Za-z0-9]*(\.([a-z][A-Za-z]*|\d{1,4}))*:[a-z_]+)*$/,
  ),
} satisfies Record<string, Shape>;

export type FieldName = keyof typeof shapes;
export const fieldNames = Object.keys(shapes) as FieldName[];

/** Replaces a value that does not have its field's shape. */
const withheld = "[withheld]";

/** The value to log under a field name; undefined if there is no value or no such field. */
export function shown(name: string, value: unknown): LogValue {
  if (!Object.hasOwn(shapes, name) || value === undefined) return undefined;
  if (value === null || typeof value === "boolean") return value;
  const fits = (typeof value === "string" || typeof value === "number") && shapes[name as FieldName](value);
  return fits ? value : withheld;
}
