/** The names in braces of a text: `"name" | "date"` of `"{name}, from {date}"`. */
type Placeholder<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholder<Rest>
  : never;

/** Fills in a text's placeholders. The compiler refuses a value that is missing, and one that the text does not ask for. */
export function fill<Text extends string>(text: Text, values: Record<Placeholder<Text>, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: Placeholder<Text>) => String(values[name]));
}
