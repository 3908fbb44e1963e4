/** A JSON schema, as far as it has fields. */
export type Schema = {
  type?: unknown;
  description?: string;
  pattern?: string;
  enum?: readonly unknown[];
  required?: readonly string[];
  properties?: Readonly<Record<string, Schema>>;
  items?: Schema;
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
};

/** The words that lead to a field: the operation and the part of it, or the event; the objects around the field; its name. */
type Words = readonly string[];

/** Finds the description of a field. Undefined if the table does not have the field. */
export type Find = (words: Words) => string | undefined;

/**
 * Finds descriptions by selector, as in a style sheet. A selector ends in the field's name. The words before it must lead
 * to the field in the same order, and others may stand between them. The selector whose words are nearest to the field
 * wins, and among those the longest.
 */
export function finder(descriptions: Readonly<Record<string, string>>): Find {
  const byName = Map.groupBy(Object.keys(descriptions), (selector) => selector.split(" ").at(-1));
  return (words) => {
    const matching = (byName.get(words.at(-1)) ?? []).flatMap((selector) => {
      const places = placesOf(selector.split(" "), words);
      return places === null ? [] : [{ selector, places }];
    });
    const [best] = matching.sort((one, other) => compare(other.places, one.places));
    return best && descriptions[best.selector];
  };
}

/** Where each word of a selector stands, the nearest place to the field, from the last word to the first; null if one is missing. */
function placesOf(selector: Words, words: Words): number[] | null {
  const places: number[] = [];
  let end = words.length;
  for (const word of selector.toReversed()) {
    end = words.slice(0, end).lastIndexOf(word);
    if (end === -1 || (places.length === 0 && end !== words.length - 1)) return null;
    places.push(end);
  }
  return places;
}

/** Whether the words of one selector are nearer, from the last one on; if they are the same as far as both go, the longer. */
function compare(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((place, index) => place !== other[index]);
  return at === -1 ? one.length - other.length : (one[at] ?? 0) - (other[at] ?? -1);
}

/** Objects that are named by the prefix of their `id`, wherever they are: a booking is one in a list and alone. */
const nouns: Readonly<Record<string, string>> = {
  bkg: "booking",
  coh: "cohort",
  evl: "evaluation",
  je: "entry",
  prog: "program",
  quo: "quote",
};

function nounOf(id: Schema | undefined): string[] {
  const prefix = /^\^([a-z]+)_/.exec(id?.pattern ?? "")?.[1];
  const noun = prefix === undefined ? undefined : nouns[prefix];
  return noun === undefined ? [] : [noun];
}

/** The schema with the description of every field in it, also of nested objects, items of lists and alternatives. */
export function describeFields(schema: Schema, words: Words, find: Find): Schema {
  const nested = (one: Schema) => describeFields(one, words, find);
  const { properties, items, anyOf, oneOf } = schema;
  const inside = [...words, ...nounOf(properties?.id)];
  const described = ([name, field]: [string, Schema]): [string, Schema] => {
    const description = find([...inside, name]);
    const deep = describeFields(field, [...inside, name], find);
    return [name, description === undefined ? deep : { description, ...deep }];
  };
  return {
    ...schema,
    ...(properties && { properties: Object.fromEntries(Object.entries(properties).map(described)) }),
    ...(items && { items: nested(items) }),
    ...(anyOf && { anyOf: anyOf.map(nested) }),
    ...(oneOf && { oneOf: oneOf.map(nested) }),
  };
}
