import { type Cohort, type Place, saleOf } from "@clearing/domain/cohort";
import type { Instant } from "@clearing/domain/time";
import type { Guarded } from "./commit.ts";
import { keys } from "./keys.ts";
import { isFreeNow, placeItem } from "./place.ts";
import type { Store } from "./store.ts";

/** Removes a place, only while it is free. Refuses `stale`. */
export function removePlace(store: Store, place: Place, now: Instant): Guarded<"stale"> {
  return {
    write: {
      Delete: {
        TableName: store.tables.core,
        Key: keys.place(place.cohortId, place.type, place.id),
        ConditionExpression: `attribute_exists(pk) AND ${isFreeNow}`, // I1
        ExpressionAttributeValues: { ":now": now },
      },
    },
    refusal: "stale",
  };
}

export const placePut = (store: Store, place: Place): Guarded<never> => ({
  write: {
    Put: { TableName: store.tables.core, Item: placeItem(place), ConditionExpression: "attribute_not_exists(pk)" },
  },
});

/**
 * Writes the cohort's new dates and sale status to a free place. Removes a lapsed claim, so that late money does not
 * take the place at the new dates. Refuses `stale` if the place is not free.
 */
export function movePlace(store: Store, { cohortId, type, id }: Place, cohort: Cohort, now: Instant): Guarded<"stale"> {
  const { onSale, salesEndAt, endsOn, datesVersion } = saleOf(cohort);
  return {
    write: {
      Update: {
        TableName: store.tables.core,
        Key: keys.place(cohortId, type, id),
        UpdateExpression:
          "SET onSale = :onSale, salesEndAt = :salesEndAt, endsOn = :endsOn, datesVersion = :dates REMOVE claimedBy, claimedUntil",
        ConditionExpression: `attribute_exists(pk) AND ${isFreeNow}`, // I1
        ExpressionAttributeValues: {
          ":onSale": onSale,
          ":salesEndAt": salesEndAt,
          ":endsOn": endsOn,
          ":dates": datesVersion,
          ":now": now,
        },
      },
    },
    refusal: "stale",
  };
}

export function tellPlace(store: Store, { cohortId, type, id, onSale, salesEndAt }: Place): Guarded<"stale"> {
  return {
    write: {
      Update: {
        TableName: store.tables.core,
        Key: keys.place(cohortId, type, id),
        UpdateExpression: "SET onSale = :onSale, salesEndAt = :salesEndAt",
        ConditionExpression: "attribute_exists(pk)",
        ExpressionAttributeValues: { ":onSale": onSale, ":salesEndAt": salesEndAt },
      },
    },
    refusal: "stale",
  };
}
