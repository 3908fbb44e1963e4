/** What a failure is about: ids, codes, counts. The log shows each under its name, and only if it looks like that. */
type Facts = Readonly<Record<string, string | number | null | undefined>>;

/**
 * A bug or an outage in words of ours, which are the same each time, so that the log may show them; whatever changes is
 * in the facts. Of any other error the log shows no word, since it may quote what somebody typed.
 */
export class Failure extends Error {
  override name = "Failure";
  readonly words: string;
  readonly facts: Facts;

  constructor(words: string, facts: Facts = {}) {
    const known = Object.values(facts).filter((fact) => fact !== null && fact !== undefined);
    super(known.length === 0 ? words : `${words}: ${known.join(", ")}`);
    this.words = words;
    this.facts = facts;
  }
}
