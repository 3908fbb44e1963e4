/** The ids, codes and counts of a failure. The log shows each under its name, if it has the form of one. */
type Facts = Readonly<Record<string, string | number | null | undefined>>;

/**
 * A bug or an outage with a fixed message, which the log may show; variable values go into `facts`. The log never shows
 * the message of any other error, since it may quote user input.
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
