import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import agreement from "./texts/agreement.ts";
import creditContract from "./texts/credit-contract.ts";
import creditDisclosure from "./texts/credit-disclosure.ts";
import participationTerms from "./texts/participation-terms.ts";
import permission from "./texts/permission.ts";

const documents = { agreement, creditContract, creditDisclosure, participationTerms, permission };

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/**
 * The hash of each document's words, by version. To change a word, raise the document's version and add a line here.
 * Never change an existing line, since clients have signed its words.
 */
const wordings: Record<string, string> = {
  "agreement 2": "2ee610954905382d",
  "agreement 3": "32010f5c5c915900",
  "agreement 4": "4094569b3a208ff7",
  "agreement 5": "165d0c2e19c84c93",
  "agreement 6": "875843995ede8b44",
  "agreement 7": "d66363a131e84ef8",
  "agreement 8": "1936501d8dbef344",
  "agreement 9": "12def2d93d51ba3c",
  "creditContract 2": "eed071406701fbae",
  "creditContract 3": "38179e540fc4ae7e",
  "creditContract 4": "b5e1e007c87ba493",
  "creditContract 5": "6e216e342e1c608d",
  "creditContract 6": "e04ebcbd816738fe",
  "creditContract 7": "c5b9fc60a0934b65",
  "creditContract 8": "40751faaea679d0d",
  "creditDisclosure 2": "5e98c7b10882e3dc",
  "creditDisclosure 3": "2d3cd6ea4a4d0086",
  "creditDisclosure 4": "8675315a3180dec6",
  "creditDisclosure 5": "02ec01d0c4a4aa6d",
  "creditDisclosure 6": "326eef69e5b58638",
  "creditDisclosure 7": "40e857185bd8a9cd",
  "creditDisclosure 8": "35198bdcc57fab74",
  "creditDisclosure 9": "ddf74f686b3b681b",
  "participationTerms 2": "38fe2a7ba5b726be",
  "participationTerms 3": "154baf9266a08c36",
  "participationTerms 4": "35d878f06e3a2e73",
  "participationTerms 5": "387079ab7182107a",
  "permission 3": "19601bfac79cc521",
  "permission 4": "46adb13ff5ed09ba",
  "permission 5": "2d282bba4b2bdc84",
  "permission 6": "065d9225886be947",
  "permission 7": "17cd5d6ae6986a44",
  "permission 8": "046ca57fa56081a2",
  "permission 9": "21031d897d408829",
  "permission 10": "ebeb938c69d35257",
};

test.each(Object.entries(documents))(
  "the words of %s belong to its version: a change needs a new version",
  (name, texts) => {
    expect(wordings[`${name} ${texts.version}`]).toBe(sha256(JSON.stringify(texts)).slice(0, 16));
  },
);

type Texts = string | number | { [name: string]: Texts };

const textsIn = (texts: Texts): string[] =>
  typeof texts === "object" ? Object.values(texts).flatMap(textsIn) : [String(texts)];

/** The words between a text's placeholders, as a page shows them. */
const fragments = (text: string) => text.split(/\{\w+\}/).map((one) => one.replaceAll("'", "&#39;"));

test("each text is in a golden document, without unfilled placeholders", () => {
  const folder = join(import.meta.dirname, "golden");
  const golden = readdirSync(folder).map((name) =>
    readFileSync(join(folder, name), "utf8").replace(/<style>.*?<\/style>/s, ""),
  );
  const missing = textsIn(documents).filter(
    (text) => !golden.some((page) => fragments(text).every((fragment) => page.includes(fragment))),
  );

  expect(golden.filter((page) => /[{}]/.test(page))).toEqual([]);
  expect(missing).toEqual([]);
});
