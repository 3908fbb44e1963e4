/**
 * Which characters a text may hold. Everything works on text in Unicode's form NFC and knows no script: it refuses what
 * nobody can see or what changes the direction of the text around it, never a letter.
 */

/** Controls but tab and line breaks, bidirectional embeddings, overrides and isolates, annotations, non-characters. */
const deceiving = /[\u202A-\u202E\u2066-\u2069\uFFF9-\uFFFB]|(?![\t\n\r])\p{Cc}|\p{Noncharacter_Code_Point}/u;

/** The deceiving ones, every control and line separator, and whatever has no glyph but joiners and variation selectors. */
const deceivingInLine =
  /\p{Cc}|[\u2028\u2029]|\p{Noncharacter_Code_Point}|(?![\u200C\u200D]|\p{Variation_Selector})\p{Default_Ignorable_Code_Point}/u;

/**
 * What may stand in a name though it has no glyph: a joiner inside a word (Persian, Hindi, Sinhala), the joiner that ends
 * an older Malayalam word, the selector of a variant of a Han or Mongolian letter.
 */
const joinersOfNames =
  /(?<=[\p{L}\p{M}])[\u200C\u200D](?=[\p{L}\p{M}])|(?<=\u0D4D)\u200D|(?<=[\p{Script=Han}\p{Script=Mongolian}])\p{Variation_Selector}/gu;
const invisible = /\p{Default_Ignorable_Code_Point}/u;

/** More combining marks on one letter than any orthography stacks. */
const stackedMarks = /\p{M}{7,}/u;
/** U+2800 is the Braille pattern without a dot. */
const visible = /(?![\p{Default_Ignorable_Code_Point}\u2800])[\p{L}\p{N}\p{P}\p{S}]/u;
const letters = /(?!\p{Default_Ignorable_Code_Point})\p{L}/gu;

/** Text of many lines: every control character but tab and line breaks deceives, and so do direction controls. */
export const isPlainText = (text: string): boolean => text.isWellFormed() && !deceiving.test(text);

/** Text of one line: joiners and variation selectors are the only characters without a glyph. */
export const isPlainLine = (text: string): boolean => text.isWellFormed() && !deceivingInLine.test(text);

/** A name in any script: combining marks, apostrophes, hyphens and joiners inside a word are part of it. */
export const isPlainName = (text: string): boolean =>
  isPlainLine(text) && !invisible.test(text.replace(joinersOfNames, "")) && !stackedMarks.test(text);

/** Whether anything of the text can be seen. */
export const isVisible = (text: string): boolean => visible.test(text);

/** How many visible letters it has, of whatever script; a digit or an emoji is not a letter. */
export const letterCount = (text: string): number => text.match(letters)?.length ?? 0;
