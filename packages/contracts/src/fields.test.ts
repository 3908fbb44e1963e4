import { describe, expect, test } from "vitest";
import { line, personName, phone, text } from "./fields.ts";

type Shape = { safeParse(value: unknown): { success: boolean; data?: unknown; error?: { issues: unknown[] } } };
const takes = (shape: Shape, value: unknown) => shape.safeParse(value).success;
/** One message per field: a client that fixes it does not get another one for the same field. */
const refusals = (shape: Shape, value: unknown) => shape.safeParse(value).error?.issues.length ?? 0;

describe("a person's name", () => {
  test.each([
    ["Persian, with a joiner inside a word", "می\u200cنا"],
    ["Hindi", "श्री देवी"],
    ["Hindi, with a joiner inside a word", "क्\u200dष"],
    ["Sinhala, with a joiner inside a word", "ශ්\u200dරී ලංකා"],
    ["older Malayalam, whose word ends with a joiner", "രാജന്\u200d"],
    ["Telugu, whose word ends with a joiner", "సురేష్\u200c"],
    ["Kannada, whose word ends with a joiner", "ಸುರೇಶ್\u200c ಕುಮಾರ್\u200d"],
    ["Mongolian, with a vowel separator before its last letter", "\u1828\u1820\u1837\u180e\u1820"],
    ["Mongolian, with a variant before the vowel separator", "\u1828\u182d\u180b\u180e\u1820"],
    ["Myanmar, with a variant of a letter", "\u1000\ufe00\u1019"],
    ["Phags-pa, with a variant of a letter", "\ua84f\ufe00\ua84f"],
    ["Tibetan, with eight marks in one stack", "\u0f67\u0f90\u0fb5\u0fa8\u0fb3\u0fba\u0fbc\u0fbb\u0f82"],
    ["Arabic, with a sign before its number", "\u0600\u0661 محمد"],
    ["Arabic", "محمد بن علي"],
    ["Hebrew with points", "שָׁלוֹם"],
    ["Thai", "น้ำทิพย์"],
    ["Tibetan", "བསྟན་འཛིན་"],
    ["Vietnamese, decomposed", "Nguye\u0302\u0303n"],
    ["Chinese, with one letter", "李"],
    ["Japanese, with a variant of a letter", "葛\u{e0100}城"],
    ["an apostrophe of a typewriter", "O'Brien"],
    ["an apostrophe of a printer", "O’Brien"],
    ["an okina", "Kaʻahumanu"],
    ["a joiner inside a word of any script", "An\u200dna"],
    ["hyphens, full stops and commas", "Anne-Marie St. John-Smith, Jr."],
    ["a generational suffix", "Henry Ⅷ"],
    ["letters outside the basic plane", "𐐔𐐇𐐝"],
  ])("is accepted: %s", (_, name) => {
    expect(takes(personName(120), name)).toBe(true);
    expect(takes(personName(120, 1), `  ${name}\u3000`)).toBe(true);
  });

  test.each([
    ["only spaces of any kind", " \u00a0\u2003\u3000"],
    ["a zero-width space", "\u200b"],
    ["a zero-width space between letters", "An\u200bna"],
    ["a soft hyphen", "An\u00adna"],
    ["a soft hyphen alone", "\u00ad\u00ad"],
    ["a joiner alone", "\u200d"],
    ["a joiner between words", "Anna \u200dBell"],
    ["a joiner at the end of a word", "Anna\u200c"],
    ["two joiners in a row", "می\u200c\u200cنا"],
    ["an override of the direction", "Anna\u202eBell"],
    ["an isolate", "Anna\u2066Bell\u2069"],
    ["a mark of direction", "Anna\u200f"],
    ["a byte order mark", "An\ufeffna"],
    ["a filler that counts as a letter", "\u3164\u3164"],
    ["a variation selector on a Latin letter", "Anna\ufe0f"],
    ["tags", "Anna\u{e0041}\u{e007f}"],
    ["a lone surrogate", "Anna\ud83d"],
    ["a surrogate pair in the wrong order", "\udc00\ud800"],
    ["a non-character", "Anna\uffff"],
    ["a line break", "Anna\nBell"],
    ["a separator of lines", "Anna\u2028Bell"],
    ["NUL", "Anna\u0000"],
    ["a control of the upper range", "Anna\u0085Bell"],
    ["a hundred marks on one letter", `A${"\u0301".repeat(100)}nna`],
    ["digits", "12345"],
    ["punctuation", "-'."],
    [
      "a hundred marks on one letter, with joiners between them",
      `A${`${"\u0301".repeat(6)}\u200d`.repeat(15)}\u0301nna`,
    ],
    ["eleven marks on one letter of a script with joiners", `क${"\u0301".repeat(6)}\u200d${"\u0301".repeat(5)}ष`],
    ["the blanks of hieroglyphs", "\u{13441}\u{13442}"],
    ["a blank of hieroglyphs between letters", "An\u{13441}na"],
    ["a joiner of hieroglyphs", "A\u{13430}\u{13431}B"],
    ["an annotation", "Anna\ufff9Bella\ufffb"],
    ["the place of an object", "An\ufffcna"],
    ["a null notehead between letters", "An\u{1d159}na"],
    ["two joiners between letters", "An\u200d\u200dna"],
    ["a joiner after a mark on a Latin letter", "Annx\u0301\u200c"],
    ["a selector of emoji on a Han letter", "李\ufe0f"],
    ["two variants of one letter", "葛\u{e0100}\u{e0101}城"],
    ["a vowel separator between Latin letters", "An\u180ena"],
    ["a vowel separator at the end", "\u1828\u1820\u180e"],
    ["emoji", "🙂🙂"],
    ["a Braille pattern without a dot", "\u2800\u2800"],
  ])("is refused: %s", (_, name) => {
    expect(refusals(personName(120), name)).toBe(1);
    expect(refusals(personName(120, 2), name)).toBe(1);
  });

  test("is refused with its fault", () => {
    const faults = (name: string) =>
      personName(120)
        .safeParse(name)
        .error?.issues.map(({ message }) => message);

    expect(faults(`A${"\u0301".repeat(100)}nna`)).toEqual(["Must have at most 10 combining marks on one letter"]);
    expect(faults("Anna\u200d")).toEqual(["Must not contain invisible characters"]);
    expect(faults("An\u200bna")).toEqual(["Must be a single line without control or invisible characters"]);
  });

  test("has no invisible letter: Unicode's fillers and blanks do not count", () => {
    const blanks = "\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\u{13441}\u{13442}\u{1d159}\ufffc";

    for (const blank of blanks) expect(refusals(personName(120), blank.repeat(2))).toBe(1);
  });

  test("is stored in Unicode's composed form, trimmed, and measured in that form", () => {
    const decomposed = "e\u0301".repeat(120);

    expect(personName(120).parse(`\u3000${decomposed} `)).toBe("\u00e9".repeat(120));
    expect(refusals(personName(120), "e".repeat(121))).toBe(1);
  });

  test("of a signature has at least two letters", () => {
    expect(
      ["x", "李", "A1", "A 🙂", "\u02bc\u02bc", "\u02c8\u02d0"].map((name) => refusals(personName(120, 2), name)),
    ).toEqual([1, 1, 1, 1, 1, 1]);
    expect(takes(personName(120, 2), "李四")).toBe(true);
  });
});

describe("a telephone number", () => {
  test.each(["+1 555 0100", "(555) 010-0100", "555.0100", "+44/20/79460000", "12345", "+123456789012345"])(
    "is accepted: %s",
    (number) => expect(takes(phone(), number)).toBe(true),
  );

  test.each([
    "-----",
    "+",
    "(((())))",
    "1234",
    "+1234567890123456",
    "1+5550100",
    "555 0100 ext",
    "٠١٢٣٤٥٦",
    "555\t0100",
  ])("is refused: %s", (number) => expect(refusals(phone(), number)).toBe(1));

  test("is refused with a text that promises no more digits than it takes", () => {
    const messages = ["call me", "1".repeat(20)].map((number) => phone().safeParse(number).error?.issues[0]?.message);

    expect(messages).toEqual([
      "Must be a phone number: 5 to 30 characters (digits, spaces and ( ) . / -), with an optional + at the start",
      "Must have 5 to 15 digits",
    ]);
  });
});

describe("text of one line", () => {
  test.each([
    ["a heading with an emoji of two parts", "Sample House \u2764\ufe0f", true],
    ["a family of emoji", "\u{1f469}\u200d\u{1f467}", true],
    ["a tab", "Sample\tHouse", false],
    ["an override of the direction", "Sample \u202eHouse", false],
    ["a zero-width space", "Sample\u200bHouse", false],
    ["a lone surrogate", "Sample \udc00", false],
    ["joiners alone", "\u200d\u200c", false],
    ["an annotation", "Sample\ufff9House\ufffb", false],
    ["a joiner of hieroglyphs", "Sample\u{13430}House", false],
    ["the place of an object", "Sample\ufffcHouse", false],
    ["a gap between Braille patterns", "\u2801\u2800\u2803", true],
    ["a gap alone", "\u2800\u{13441}", false],
    ["a vowel separator in a Mongolian word", "\u1828\u1820\u1837\u180e\u1820", true],
  ])("with %s: %s", (_, value, taken) => {
    expect(takes(line(200), value)).toBe(taken);
  });
});

describe("text of several lines", () => {
  test.each([
    ["line breaks and tabs", "First\r\n\tsecond\nthird", true],
    ["emoji", "Well \u2764\ufe0f \u{1f469}\u200d\u{1f467}", true],
    ["a soft hyphen that a word processor left", "ket\u00adamine", true],
    ["NUL", "First\u0000second", false],
    ["an escape sequence", "\u001b[2J", false],
    ["a control of the upper range", "First\u009bsecond", false],
    ["an override of the direction", "paid \u202e0001\u202c", false],
    ["a lone surrogate", "First \ud800", false],
    ["only invisible characters", "\u200b\n\u00ad", false],
  ])("with %s: %s", (_, value, taken) => {
    expect(takes(text(500), value)).toBe(taken);
  });
});
