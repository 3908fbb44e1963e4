const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

/**
 * An id that sorts by time: ten characters of milliseconds and sixteen random ones (80 bits), in Crockford's base 32.
 * `random` must have at least ten bytes.
 */
export function newId(prefix: string, milliseconds: number, random: Uint8Array): string {
  let time = "";
  for (let rest = milliseconds, index = 0; index < 10; index++, rest = Math.floor(rest / 32)) {
    time = alphabet.charAt(rest % 32) + time;
  }
  const bits = [...random.subarray(0, 10)].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const chance = [...bits.matchAll(/.{5}/g)].map(([five]) => alphabet.charAt(Number.parseInt(five, 2))).join("");
  return `${prefix}_${time}${chance}`;
}
