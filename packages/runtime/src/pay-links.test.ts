import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { Failure } from "@clearing/domain/failure";
import { plusDays, plusSeconds } from "@clearing/domain/time";
import { mockClient } from "aws-sdk-client-mock";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openPayLinks, payLinks } from "./pay-links.ts";
import { fakeDeps } from "./testing/fake-deps.ts";

const now = "2027-01-04T17:00:00Z";
const payable = { bookingId: "bkg_01m8f2m6rr1b3qm4p5qc7m9hn8", dueId: "due_01m8f2m6rr1b3qm4p5qc7m9hn9" };
const links = payLinks(["current", "previous"]);

describe("a payment link", () => {
  test("names the due that it was signed for, for thirty days", () => {
    const token = links.tokenFor(payable, now, now);

    expect(links.read(token, now)).toEqual(payable);
    expect(links.read(token, plusSeconds(plusDays(now, 30), -1))).toEqual(payable);
    expect(links.read(token, plusDays(now, 30))).toBeNull();
  });

  test("is valid longer if it must be", () => {
    const until = plusDays(now, 33);
    const token = links.tokenFor(payable, now, until);

    expect(links.read(token, plusSeconds(until, -1))).toEqual(payable);
    expect(links.read(token, until)).toBeNull();
  });

  test("is invalid with any character changed, added or removed", () => {
    const token = links.tokenFor(payable, now, now);
    const alphabet = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."];
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...alphabet), (at, other) => {
        const without = token.slice(0, at) + token.slice(at + 1);
        const changed = token.slice(0, at) + other + token.slice(at + 1);
        const longer = token.slice(0, at) + other + token.slice(at);
        const forged = [without, longer, ...(changed === token ? [] : [changed])].filter((one) => one !== token);
        // The last of 43 characters has two bits that belong to no signature.
        for (const one of forged) expect(links.read(one, now)).toBeNull();
      }),
    );
    for (const nothing of ["", ".", "a".repeat(10_000), `${token}\n`]) expect(links.read(nothing, now)).toBeNull();
  });

  test("is read with the key before the current one, and with no other", () => {
    const before = payLinks(["previous"]).tokenFor(payable, now, now);

    expect(links.read(before, now)).toEqual(payable);
    expect(payLinks(["other"]).read(before, now)).toBeNull();
  });
});

describe("the keys of payment links", () => {
  type Versions = Partial<Record<"AWSCURRENT" | "AWSPREVIOUS", string>>;
  function opened(versions: Versions) {
    const client = new SecretsManagerClient({ region: "us-east-1" });
    const mock = mockClient(client as never);
    mock.on(GetSecretValueCommand as never).callsFake(({ VersionStage }: { VersionStage: keyof Versions }) => {
      const SecretString = versions[VersionStage];
      if (SecretString === undefined) throw Object.assign(new Error("none"), { name: "ResourceNotFoundException" });
      return { SecretString };
    });
    let time = 0;
    const open = openPayLinks(fakeDeps().deps.config, () => time, client);
    const reads = () => mock.commandCalls(GetSecretValueCommand as never).length;
    return { open, reads, wait: (seconds: number) => (time += seconds * 1_000), versions };
  }

  test("are the current and the previous value of the secret, read at most every five minutes", async () => {
    const secret = opened({ AWSCURRENT: "one" });
    const token = (await secret.open()).tokenFor(payable, now, now);
    await secret.open();
    expect(secret.reads()).toBe(2);

    Object.assign(secret.versions, { AWSCURRENT: "two", AWSPREVIOUS: "one" });
    secret.wait(300);
    const rotated = await secret.open();

    expect(rotated.read(token, now)).toEqual(payable);
    expect(rotated.tokenFor(payable, now, now)).not.toBe(token);
  });

  test("must exist", async () => {
    await expect(opened({}).open()).rejects.toThrow("none");
    const empty = opened({ AWSCURRENT: "" }).open();
    await expect(empty).rejects.toThrow(Failure);
    await expect(empty).rejects.toThrow("empty");
  });
});
