/**
 * The characters that a text may contain, in Unicode form NFC. Rejects characters that are invisible or that change the
 * direction of the text around them; never rejects a letter.
 */

/**
 * Control characters except tab and line breaks; bidirectional embeddings, overrides and isolates; annotations;
 * noncharacters.
 */
const deceiving = /[[\p{Cc}--[\t\n\r]]\u202A-\u202E\u2066-\u2069\uFFF9-\uFFFB\p{Noncharacter_Code_Point}]/v;

/** Also not allowed in a single line: line and paragraph breaks, and tabs. */
const breaking = /[\t\n\r\u2028\u2029]/v;

/**
 * Characters that show nothing: default ignorables without a glyph (fillers, joiners, selectors), format controls
 * except those with a glyph (Unicode's Prepended_Concatenation_Mark), and blanks that Unicode counts as letters or
 * symbols: the Braille blank, the hieroglyphic blanks, the musical null notehead, the object replacement character.
 */
const invisible =
  /[\p{Default_Ignorable_Code_Point}[\p{Cf}--[\u0600-\u0605\u06DD\u070F\u0890\u0891\u08E2\u{110BD}\u{110CD}]]\u2800\u{13441}\u{13442}\u{1D159}\uFFFC]/v;

/** The vowel separator before the last letter of a Mongolian word. */
const vowelSeparators = /(?<=[\p{Script=Mongolian}&&[\p{L}\p{M}]])\u180E(?=[\p{Script=Mongolian}&&\p{L}])/gv;

/**
 * Characters allowed in a line although they show nothing: joiners and selectors, as in emoji, and the blanks of
 * Braille and hieroglyphs.
 */
const blanksOfLines = /[\u200C\u200D\p{Variation_Selector}\u2800\u{13441}\u{13442}]/gv;

/**
 * Characters allowed in a name although they show nothing: a joiner inside a word (Persian, Hindi, Sinhala) and, in
 * scripts that stack or join letters, a joiner after a word's last mark (Telugu, Kannada, older Malayalam) or a
 * variation selector after a letter (Han, Mongolian, Myanmar). U+FE0E and U+FE0F select emoji styles and are not
 * allowed.
 */
const joinersOfNames =
  /(?<=\p{L}\p{M}*)[\u200C\u200D](?=[\p{L}\p{M}])|(?<=[\p{L}--[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]]\p{M}*)(?:(?<=\p{M})[\u200C\u200D]|(?<!\p{M})[\p{Variation_Selector}--[\uFE0E\uFE0F]])/gv;

/** The most combining marks on one letter; a Tibetan stack has up to eight. */
export const mostMarks = 10;
const tooManyMarks = new RegExp(`\\p{M}{${mostMarks + 1},}`, "v");

/** Whether a text of several lines has no control characters except tabs and line breaks, and no direction controls. */
export const isPlainText = (text: string): boolean => text.isWellFormed() && !deceiving.test(text);

/**
 * Whether a text is a single line of visible characters, except the joiners, selectors and blanks that writing needs.
 */
export const isPlainLine = (text: string): boolean =>
  isPlainText(text) &&
  !breaking.test(text) &&
  !invisible.test(text.replace(vowelSeparators, "").replace(blanksOfLines, ""));

/** Whether every character of a name is visible, except those that its orthography needs inside a word. */
export const isVisibleName = (name: string): boolean =>
  !invisible.test(name.replace(vowelSeparators, "").replace(joinersOfNames, ""));

/**
 * Whether no letter has more marks than any orthography stacks. Invisible characters between marks do not separate
 * them.
 */
export const hasFewMarks = (name: string): boolean => !tooManyMarks.test(name.replace(/\p{Cf}/gv, ""));

const visible = /[\p{L}\p{N}\p{P}\p{S}]/v;
/** Whether the text has at least one visible character. */
export const isVisible = (text: string): boolean => visible.test(text.replace(new RegExp(invisible, "gv"), ""));

/** The number of visible letters, in any script. Digits, emoji and modifiers such as \u02BC are not letters. */
export const letterCount = (text: string): number =>
  text.match(/[\p{L}--\p{Lm}]/gv)?.filter((letter) => !invisible.test(letter)).length ?? 0;
