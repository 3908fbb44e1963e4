import { describe, expect, test } from "vitest";
import { comparableAddress, isSamePerson, mailboxKey, personKey } from "./index.ts";

describe("a person is identified by a verified address", () => {
  test.each(["Sample@Example.com", " sample@example.com ", "SAMPLE@EXAMPLE.COM"])("%s is one person", (email) => {
    expect(isSamePerson(email, "sample@example.com")).toBe(true);
    expect(personKey(email)).toBe(personKey("sample@example.com"));
  });

  test("the case of letters beyond ASCII counts: the Kelvin sign is not a k", () => {
    expect(comparableAddress("\u212Aim@example.com")).toBe("\u212Aim@example.com");
    expect(isSamePerson("\u212Aim@example.com", "kim@example.com")).toBe(false);
    expect(personKey("\u212Aim@example.com")).not.toBe(personKey("kim@example.com"));
  });

  test("a key does not reveal the address", () => {
    expect(personKey("sample@example.com")).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe("a mailbox is an address without its plus tag", () => {
  test("sample+one@ and sample+two@ are one mailbox, and two people", () => {
    expect(mailboxKey("sample+one@example.com")).toBe(mailboxKey("Sample+two+three@example.com"));
    expect(mailboxKey("sample+one@example.com")).toBe(mailboxKey("sample@example.com"));
    expect(personKey("sample+one@example.com")).not.toBe(personKey("sample@example.com"));
  });

  test("a plus in the domain does not matter", () => {
    expect(mailboxKey("sample@a+b.example")).not.toBe(mailboxKey("sample@a.example"));
  });
});
