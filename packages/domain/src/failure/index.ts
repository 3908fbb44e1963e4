/** The ids, codes and counts of a failure. The log shows each under its name, if it has the form of one. */
type Fields = Readonly<Record<string, string | number | null | undefined>>;

/**
 * A bug or an outage with a fixed message, which the log may show; variable values go into `fields`. The log never
 * shows the message of any other error, since it may quote user input.
 */
export class Failure extends Error {
  override name = "Failure";
  readonly words: string;
  readonly fields: Fields;

  constructor(words: string, fields: Fields = {}) {
    const known = Object.values(fields).filter((value) => value !== null && value !== undefined);
    super(known.length === 0 ? words : `${words}: ${known.join(", ")}`);
    this.words = words;
    this.fields = fields;
  }
}
