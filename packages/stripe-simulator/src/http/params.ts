import { invalidRequest, missing } from "./stripe-error.ts";

/** Parses one parameter of the form: checks and converts it, or refuses it in Stripe's words. */
export type Field<T> = {
  readonly parse: (raw: unknown, at: string) => T;
  readonly required?: boolean;
  readonly unsettable?: boolean;
};
export type Shape = Record<string, Field<unknown>>;

type RequiredKeys<S> = { [K in keyof S]: S[K] extends { required: true } ? K : never }[keyof S];
type ValueOf<F> = F extends Field<infer T> ? T : never;
/** The parsed parameters of a handler. Required ones are present; others may be undefined. */
export type Values<S> = { [K in RequiredKeys<S>]: ValueOf<S[K]> } & {
  [K in Exclude<keyof S, RequiredKeys<S>>]?: ValueOf<S[K]> | undefined;
};

const mostCharacters = 5000;

export function required<T>(field: Field<T>): Field<T> & { required: true } {
  return { ...field, required: true };
}

/** A parameter that an empty string unsets; the handler gets null. */
export function unsettable<T>(field: Field<T>): Field<T | null> {
  return { ...field, unsettable: true };
}

export function text(most = mostCharacters): Field<string> {
  return {
    parse: (raw, at) => {
      if (typeof raw !== "string") throw invalidRequest(`Invalid string: ${JSON.stringify(raw)}`, { param: at });
      if (raw.length > most) {
        throw invalidRequest(`Invalid string: ${raw.slice(0, 20)}...; must be at most ${most} characters`, {
          param: at,
        });
      }
      return raw;
    },
  };
}

export function integer(bounds: { min?: number; max?: number } = {}): Field<number> {
  return {
    parse: (raw, at) => {
      if (typeof raw !== "string" || !/^-?\d+$/.test(raw) || !Number.isSafeInteger(Number(raw))) {
        throw invalidRequest(`Invalid integer: ${String(raw)}`, { code: "parameter_invalid_integer", param: at });
      }
      const value = Number(raw);
      if (bounds.min !== undefined && value < bounds.min) {
        const least = `Invalid integer: this value must be greater than or equal to ${bounds.min}.`;
        throw invalidRequest(least, { code: "parameter_invalid_integer", param: at });
      }
      if (bounds.max !== undefined && value > bounds.max) {
        const most = `Invalid integer: this value must be less than or equal to ${bounds.max}.`;
        throw invalidRequest(most, { code: "parameter_invalid_integer", param: at });
      }
      return value;
    },
  };
}

export function boolean(): Field<boolean> {
  return {
    parse: (raw, at) => {
      if (raw === "true" || raw === "1") return true;
      if (raw === "false" || raw === "0") return false;
      throw invalidRequest(`Invalid boolean: ${String(raw)}`, { param: at });
    },
  };
}

export function oneOf<const T extends string>(...choices: readonly T[]): Field<T> {
  return {
    parse: (raw, at) => {
      const found = choices.find((choice) => choice === raw);
      if (found !== undefined) return found;
      const last = choices.at(-1);
      const words = choices.length > 1 ? `one of ${choices.slice(0, -1).join(", ")} or ${last}` : `${last}`;
      throw invalidRequest(`Invalid ${at}: must be ${words}`, { param: at });
    },
  };
}

/** One of two types, such as `off_session=true` or `off_session=recurring`. */
export function either<A, B>(first: Field<A>, second: Field<B>): Field<A | B> {
  return {
    parse: (raw, at) => {
      try {
        return first.parse(raw, at);
      } catch {
        return second.parse(raw, at);
      }
    },
  };
}

export function list<T>(item: Field<T>, most = 100): Field<T[]> {
  return {
    parse: (raw, at) => {
      if (!Array.isArray(raw)) throw invalidRequest("Invalid array", { param: at });
      if (raw.length > most) throw invalidRequest(`Array must have at most ${most} elements`, { param: at });
      return raw.map((element, index) => item.parse(element, `${at}[${index}]`));
    },
  };
}

export function object<S extends Shape>(shape: S): Field<Values<S>> {
  return { parse: (raw, at) => parseShape(shape, raw, at) };
}

/** Parses all parameters of a request by its table; refuses unknown and missing ones by name. */
export function parseShape<S extends Shape>(shape: S, raw: unknown, at = ""): Values<S> {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw))
    throw invalidRequest("Invalid object", { param: at });
  const given = raw as Record<string, unknown>;
  const path = (name: string) => (at === "" ? name : `${at}[${name}]`);
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(shape, name));
  if (unknown.length > 0) {
    const names = unknown.map(path).join(", ");
    throw invalidRequest(`Received unknown parameter${unknown.length > 1 ? "s" : ""}: ${names}`, {
      code: "parameter_unknown",
      param: path(unknown[0] ?? ""),
    });
  }
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(shape)) {
    const value = given[name];
    if (value === undefined) {
      if (!field.required) continue;
      throw missing(path(name));
    }
    if (value === "" && field.unsettable) values[name] = null;
    else if (value === "") throw emptyValue(path(name));
    else values[name] = field.parse(value, path(name));
  }
  return values as Values<S>;
}

function emptyValue(param: string) {
  const message =
    `You passed an empty string for '${param}'. We assume empty values are an attempt to unset a parameter; however ` +
    `'${param}' cannot be unset. You should remove '${param}' from your request or supply a non-empty value.`;
  return invalidRequest(message, { code: "parameter_invalid_empty", param });
}

/**
 * Metadata changes: an empty value removes its key, empty metadata removes all. Source: docs.stripe.com/api/metadata.
 */
export type MetadataChange = Record<string, string> | null;

export function metadata(): Field<MetadataChange> {
  const entries: Field<Record<string, string>> = {
    parse: (raw, at) => {
      if (typeof raw !== "object" || raw === null || Array.isArray(raw)) {
        throw invalidRequest("Invalid object", { param: at });
      }
      for (const [key, value] of Object.entries(raw)) {
        if (typeof value !== "string")
          throw invalidRequest(`Invalid string: metadata values must be strings`, { param: at });
        if (key.length > 40) throw invalidRequest(`Metadata keys must be at most 40 characters: ${key}`, { param: at });
        if (value.length > 500) {
          throw invalidRequest(
            `Metadata values can have up to 500 characters, but you passed in a value that is ${value.length} characters.`,
            { param: `${at}[${key}]` },
          );
        }
      }
      if (Object.keys(raw).length > 50) throw invalidRequest("Metadata can have at most 50 keys", { param: at });
      return raw as Record<string, string>;
    },
  };
  return unsettable(entries);
}

export function applyMetadata(current: Record<string, string> | null, change: MetadataChange | undefined) {
  if (change === undefined) return current ?? {};
  if (change === null) return {};
  return Object.fromEntries(Object.entries({ ...current, ...change }).filter(([, value]) => value !== ""));
}

/** `created=1700000000` or `created[gte]=...`. */
export type Range = {
  gt?: number | undefined;
  gte?: number | undefined;
  lt?: number | undefined;
  lte?: number | undefined;
};

export function range(): Field<Range> {
  const bounds = object({ gt: integer(), gte: integer(), lt: integer(), lte: integer() });
  return {
    parse: (raw, at) => {
      if (typeof raw !== "string") return bounds.parse(raw, at);
      const exact = integer().parse(raw, at);
      return { gte: exact, lte: exact };
    },
  };
}

export const address = object({
  city: unsettable(text()),
  country: unsettable(text()),
  line1: unsettable(text()),
  line2: unsettable(text()),
  postal_code: unsettable(text()),
  state: unsettable(text()),
});

export const shipping = object({
  address: required(address),
  name: required(text()),
  carrier: text(),
  phone: text(),
  tracking_number: text(),
});

export const billingDetails = object({
  address: unsettable(address),
  email: unsettable(text()),
  name: unsettable(text()),
  phone: unsettable(text()),
});

export const paging = {
  limit: integer({ min: 1, max: 100 }),
  starting_after: text(),
  ending_before: text(),
};
