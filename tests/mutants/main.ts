import { mutateDomain, overall, scored } from "./domain.ts";
import { guardsAmong, mutateStore } from "./store.ts";

/**
 * `npm run mutants -- domain [folder...]`: the small changes of the domain that its tests do not notice.
 * `npm run mutants -- store [word...]`: the conditions and writes of the store and the commands whose removal no test
 * notices. Words select among them.
 */
const [what, ...words] = process.argv.slice(2);
if (what === "domain") {
  const folders = await mutateDomain(words);
  for (const one of [...folders, overall(folders)]) console.log(`${one.folder.padEnd(12)} ${scored(one)}`);
} else if (what === "store") {
  const verdicts = await mutateStore(words, ({ mutant, fate, by }) => {
    console.log(`${fate.padEnd(9)} ${mutant.path}:${mutant.line} ${mutant.id}`);
    if (by !== undefined && process.env.BY !== undefined) console.log(`          by ${by.split("\n")[0]}`);
  });
  const survivors = verdicts.filter(({ fate }) => fate !== "noticed");
  for (const [invariant, guards] of guardsAmong(verdicts)) {
    console.log(`${invariant}: ${guards.map(({ mutant, fate }) => `${mutant.id} (${fate})`).join(", ")}`);
  }
  for (const { mutant, fate } of survivors) console.log(`${fate} ${mutant.path}:${mutant.line} ${mutant.id}`);
  console.log(`${verdicts.length - survivors.length} of ${verdicts.length} noticed`);
  if (survivors.length > 0) process.exitCode = 1;
} else {
  throw new Error("usage: main.ts domain|store");
}
