import { readFileSync } from "node:fs";
import { SourceMap } from "node:module";

/** The source maps of the bundle's files; null for a file without one, or with a broken one. */
const maps = new Map<string, SourceMap | null>();

function mapOf(file: string): SourceMap | null {
  const known = maps.get(file);
  if (known !== undefined) return known;
  const map = readMap(file);
  maps.set(file, map);
  return map;
}

function readMap(file: string): SourceMap | null {
  try {
    return new SourceMap(JSON.parse(readFileSync(new URL(`${file}.map`), "utf8")));
  } catch {
    return null;
  }
}

/**
 * A frame of a stack trace with the place in the sources instead of the one in the bundle, if the bundle has a source
 * map. The map is read when an error is logged: with `--enable-source-maps`, Node would read all of them at each cold
 * start.
 */
export const inSources = (frame: string): string =>
  frame.replace(/(file:[^\s()?#]+\.m?js):(\d+):(\d+)/, (place, file: string, line: string, column: string) => {
    const entry = mapOf(file)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (entry === undefined || !("originalSource" in entry)) return place;
    const source = URL.parse(entry.originalSource, file);
    return source === null ? place : `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  });
