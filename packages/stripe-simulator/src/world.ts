import { randomBytes } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { Stripe } from "stripe";
import { StripeFailure } from "./http/stripe-error.ts";
import { type Objects, type ObjectType, openObjects, type StoredObjects } from "./objects.ts";
import { openSettings, type Settings } from "./settings.ts";
import { openTimers, type Timers } from "./timers.ts";
import { type Deliveries, openDeliveries } from "./webhooks/deliveries.ts";

/** The API version of the objects here: that of the pinned SDK. */
export const apiVersion = "2026-10-28.endive";
/** The version for a request without `Stripe-Version`: an account keeps the default version of its creation. */
export const accountApiVersion = "2026-08-26.dahlia";

/** The request that causes an event; null for what happens without a request. */
export type Asking = { requestId: string | null; idempotencyKey: string | null; version: string };

/** The dependencies of a resource: one account's objects, its virtual time, and its timers. */
export type World = {
  db: DatabaseSync;
  now: () => number;
  /** Virtual time in Stripe's format: whole seconds since 1970. */
  seconds: () => number;
  baseUrl: () => string;
  objects: Objects;
  settings: Settings;
  timers: Timers;
  deliveries: Deliveries;
  /** Set by the caller that opens the transaction; handlers are synchronous, so only one runs at a time. */
  asking: Asking;
  newId: (prefix: string, length?: number) => string;
  emit: <T extends ObjectType>(type: Stripe.Event["type"], object: StoredObjects[T], previous?: object) => void;
  /** Runs synchronous work in one transaction, then announces the events that it created. */
  transaction: <T>(work: () => T) => T;
  /** Inside a transaction: rolls back only this work if it throws, unless the failure has `keepsState`. */
  nested: <T>(work: () => T) => T;
};

const nobody: Asking = { requestId: null, idempotencyKey: null, version: apiVersion };
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

export function randomText(length: number): string {
  return Array.from(randomBytes(length), (byte) => letters[byte % letters.length]).join("");
}

export type WorldOptions = {
  db: DatabaseSync;
  now: () => number;
  baseUrl: () => string;
  onEvent?: ((type: string) => void) | undefined;
};

export function openWorld(options: WorldOptions): World {
  const { db, now, baseUrl } = options;
  const seconds = () => Math.floor(now() / 1000);
  const objects = openObjects(db, seconds);
  const settings = openSettings(db);
  const deliveries = openDeliveries(db, now, settings);
  let emitted: string[] = [];

  const world: World = {
    db,
    now,
    seconds,
    baseUrl: () => baseUrl().replace(/\/$/, ""),
    objects,
    settings,
    timers: openTimers(db),
    deliveries,
    asking: nobody,
    // Stripe's ids have no underscore after the account's digit: evt_1Nv0..., ch_3Mm...
    newId: (prefix, length = 24) => `${prefix}${/_[a-z]?\d$/.test(prefix) ? "" : "_"}${randomText(length)}`,
    emit: (type, object, previous) => {
      const endpoints = objects
        .all("webhook_endpoint", { status: "enabled" })
        .filter(({ enabled_events: wanted }) => wanted.includes("*") || wanted.includes(type));
      const event = {
        id: world.newId("evt_1"),
        object: "event",
        api_version: apiVersion,
        created: seconds(),
        data: { object, ...(previous ? { previous_attributes: previous } : {}) },
        livemode: false,
        pending_webhooks: endpoints.length,
        request: { id: world.asking.requestId, idempotency_key: world.asking.idempotencyKey },
        type,
      } as unknown as Stripe.Event;
      objects.insert<"event">(event);
      for (const endpoint of endpoints) deliveries.schedule(event.id, endpoint.id);
      emitted.push(type);
    },
    transaction: (work) => {
      db.exec("BEGIN IMMEDIATE");
      emitted = [];
      let result: ReturnType<typeof work>;
      try {
        result = work();
        db.exec("COMMIT");
      } catch (error) {
        db.exec("ROLLBACK");
        throw error;
      } finally {
        world.asking = nobody;
      }
      for (const type of emitted) options.onEvent?.(type);
      return result;
    },
    nested: (work) => {
      const before = emitted.length;
      db.exec("SAVEPOINT nested");
      try {
        const result = work();
        db.exec("RELEASE nested");
        return result;
      } catch (error) {
        if (!(error instanceof StripeFailure && error.keepsState)) {
          db.exec("ROLLBACK TO nested");
          emitted.length = before;
        }
        db.exec("RELEASE nested");
        throw error;
      }
    },
  };
  return world;
}
