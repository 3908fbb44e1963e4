import { describe, expect, test } from "vitest";
import { line, personName, phone, text } from "./fields.ts";

type Shape = { safeParse(value: unknown): { success: boolean; data?: unknown; error?: { issues: unknown[] } } };
const takes = (shape: Shape, value: unknown) => shape.safeParse(value).success;
/** One message a field: a client that mends what it says is not sent back for the next one. */
const refusals = (shape: Shape, value: unknown) => shape.safeParse(value).error?.issues.length ?? 0;

describe("a person's name", () => {
  test.each([
    ["Persian, with a joiner inside a word", "می\u200cنا"],
    ["Hindi", "श्री देवी"],
    ["Hindi, with a joiner inside a word", "क्\u200dष"],
    ["Sinhala, with a joiner inside a word", "ශ්\u200dරී ලංකා"],
    ["older Malayalam, whose word ends with a joiner", "രാജന്\u200d"],
    ["Arabic", "محمد بن علي"],
    ["Hebrew with points", "שָׁלוֹם"],
    ["Thai", "น้ำทิพย์"],
    ["Tibetan", "བསྟན་འཛིན་"],
    ["Vietnamese, decomposed", "Nguye\u0302\u0303n"],
    ["Chinese, of one letter", "李"],
    ["Japanese, with a variant of a letter", "葛\u{e0100}城"],
    ["an apostrophe of a typewriter", "O'Brien"],
    ["an apostrophe of a printer", "O’Brien"],
    ["an okina", "Kaʻahumanu"],
    ["hyphens, full stops and commas", "Anne-Marie St. John-Smith, Jr."],
    ["a number of generation", "Henry Ⅷ"],
    ["letters outside the basic plane", "𐐔𐐇𐐝"],
  ])("is taken: %s", (_, name) => {
    expect(takes(personName(120), name)).toBe(true);
    expect(takes(personName(120, 1), `  ${name}\u3000`)).toBe(true);
  });

  test.each([
    ["nothing but spaces of any kind", " \u00a0\u2003\u3000"],
    ["a space of no width", "\u200b"],
    ["a space of no width between letters", "An\u200bna"],
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
    ["a half of a surrogate pair", "Anna\ud83d"],
    ["two halves in the wrong order", "\udc00\ud800"],
    ["a non-character", "Anna\uffff"],
    ["a line break", "Anna\nBell"],
    ["a separator of lines", "Anna\u2028Bell"],
    ["NUL", "Anna\u0000"],
    ["a control of the upper range", "Anna\u0085Bell"],
    ["a hundred marks on one letter", `A${"\u0301".repeat(100)}nna`],
    ["digits", "12345"],
    ["punctuation", "-'."],
    ["emoji", "🙂🙂"],
    ["a Braille pattern without a dot", "\u2800\u2800"],
  ])("is refused: %s", (_, name) => {
    expect(refusals(personName(120), name)).toBe(1);
    expect(refusals(personName(120, 2), name)).toBe(1);
  });

  test("is kept in Unicode's composed form, without the space around it, and measured so", () => {
    const decomposed = "e\u0301".repeat(120);

    expect(personName(120).parse(`\u3000${decomposed} `)).toBe("\u00e9".repeat(120));
    expect(refusals(personName(120), "e".repeat(121))).toBe(1);
  });

  test("of a signature has at least two letters", () => {
    expect(["x", "李", "A1", "A 🙂"].map((name) => refusals(personName(120, 2), name))).toEqual([1, 1, 1, 1]);
    expect(takes(personName(120, 2), "李四")).toBe(true);
  });
});

describe("a telephone number", () => {
  test.each(["+1 555 0100", "(555) 010-0100", "555.0100", "+44/20/79460000", "12345", "+123456789012345"])(
    "is taken: %s",
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
});

describe("text of one line", () => {
  test.each([
    ["a heading with an emoji of two parts", "Sample House \u2764\ufe0f", true],
    ["a family of emoji", "\u{1f469}\u200d\u{1f467}", true],
    ["a tab", "Sample\tHouse", false],
    ["an override of the direction", "Sample \u202eHouse", false],
    ["a space of no width", "Sample\u200bHouse", false],
    ["a half of a surrogate pair", "Sample \udc00", false],
    ["joiners alone", "\u200d\u200c", false],
  ])("with %s: %s", (_, value, taken) => {
    expect(takes(line(200), value)).toBe(taken);
  });
});

describe("text of many lines", () => {
  test.each([
    ["line breaks and tabs", "First\r\n\tsecond\nthird", true],
    ["emoji", "Well \u2764\ufe0f \u{1f469}\u200d\u{1f467}", true],
    ["a soft hyphen that a word processor left", "ket\u00adamine", true],
    ["NUL", "First\u0000second", false],
    ["an escape sequence", "\u001b[2J", false],
    ["a control of the upper range", "First\u009bsecond", false],
    ["an override of the direction", "paid \u202e0001\u202c", false],
    ["a half of a surrogate pair", "First \ud800", false],
    ["nothing that can be seen", "\u200b\n\u00ad", false],
  ])("with %s: %s", (_, value, taken) => {
    expect(takes(text(500), value)).toBe(taken);
  });
});
