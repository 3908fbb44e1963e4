/**
 * Which characters a text may hold. Everything works on text in Unicode's form NFC: it refuses what nobody can see or
 * what changes the direction of the text around it, never a letter.
 */

/** Controls but tab and line breaks, bidirectional embeddings, overrides and isolates, annotations, non-characters. */
const deceiving = /[[\p{Cc}--[\t\n\r]]\u202A-\u202E\u2066-\u2069\uFFF9-\uFFFB\p{Noncharacter_Code_Point}]/v;

/** Beside the deceiving ones, what ends a line or moves along it. */
const breaking = /[\t\n\r\u2028\u2029]/v;

/**
 * What shows nothing: characters without a glyph (fillers, joiners, selectors), format controls but those that are
 * drawn (Unicode's Prepended_Concatenation_Mark), and blanks that Unicode counts as letters or symbols: the Braille
 * pattern without a dot, the blanks of hieroglyphs, the musical null notehead, the place of an object.
 */
const invisible =
  /[\p{Default_Ignorable_Code_Point}[\p{Cf}--[\u0600-\u0605\u06DD\u070F\u0890\u0891\u08E2\u{110BD}\u{110CD}]]\u2800\u{13441}\u{13442}\u{1D159}\uFFFC]/v;

/** The vowel separator before the last letter of a Mongolian word. */
const vowelSeparators = /(?<=[\p{Script=Mongolian}&&[\p{L}\p{M}]])\u180E(?=[\p{Script=Mongolian}&&\p{L}])/gv;

/** What may stand in a line though it shows nothing: joiners and selectors, as in emoji, and the gaps of such scripts. */
const blanksOfLines = /[\u200C\u200D\p{Variation_Selector}\u2800\u{13441}\u{13442}]/gv;

/**
 * What may stand in a name though it shows nothing: a joiner inside a word (Persian, Hindi, Sinhala) and, in scripts
 * that stack or join their letters, one after a word's last mark (Telugu, Kannada, older Malayalam) or the selector of a
 * variant of a letter (Han, Mongolian, Myanmar). U+FE0E and U+FE0F are selectors of emoji alone.
 */
const joinersOfNames =
  /(?<=\p{L}\p{M}*)[\u200C\u200D](?=[\p{L}\p{M}])|(?<=[\p{L}--[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]]\p{M}*)(?:(?<=\p{M})[\u200C\u200D]|(?<!\p{M})[\p{Variation_Selector}--[\uFE0E\uFE0F]])/gv;

/** The most combining marks on one letter: a Tibetan stack has up to eight. */
export const mostMarks = 10;
const tooManyMarks = new RegExp(`\\p{M}{${mostMarks + 1},}`, "v");

/** Text of many lines: every control character but tab and line breaks deceives, and so do direction controls. */
export const isPlainText = (text: string): boolean => text.isWellFormed() && !deceiving.test(text);

/** Text of one line: plain text in which everything can be seen, but for the joiners, selectors and gaps of writing. */
export const isPlainLine = (text: string): boolean =>
  isPlainText(text) &&
  !breaking.test(text) &&
  !invisible.test(text.replace(vowelSeparators, "").replace(blanksOfLines, ""));

/** Whether everything of a name in any script can be seen, but for what its orthography needs inside a word. */
export const isVisibleName = (name: string): boolean =>
  !invisible.test(name.replace(vowelSeparators, "").replace(joinersOfNames, ""));

/** Whether no letter has more marks than any orthography stacks; what shows nothing between them does not part them. */
export const hasFewMarks = (name: string): boolean => !tooManyMarks.test(name.replace(/\p{Cf}/gv, ""));

const visible = /[\p{L}\p{N}\p{P}\p{S}]/v;
/** Whether anything of the text can be seen. */
export const isVisible = (text: string): boolean => visible.test(text.replace(new RegExp(invisible, "gv"), ""));

/** How many visible letters it has, of whatever script; a digit, an emoji or a modifier such as \u02BC is not a letter. */
export const letterCount = (text: string): number =>
  text.match(/[\p{L}--\p{Lm}]/gv)?.filter((letter) => !invisible.test(letter)).length ?? 0;
