/** The placeholder names of a text: `"name" | "date"` for `"{name}, from {date}"`. */
type Placeholder<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholder<Rest>
  : never;

/** Fills in a text's placeholders. Missing or unknown values do not compile. */
export function fill<Text extends string>(text: Text, values: Record<Placeholder<Text>, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: Placeholder<Text>) => String(values[name]));
}
