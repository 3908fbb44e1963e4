import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { BookingTerms } from "@clearing/domain/booking";
import { type Claimant, type Cohort, type Place, saleOf } from "@clearing/domain/cohort";
import type { Instant } from "@clearing/domain/time";
import type { Guarded } from "./commit.ts";
import type { Item } from "./items.ts";
import { keys, placeRange } from "./keys.ts";
import type { Store } from "./store.ts";

/** A claimant as one text, `booking#bkg_...`, so that a condition compares its kind and its id at once. */
type ClaimedBy = `${Claimant["kind"]}#${string}`;

/**
 * A place is the lock: what claims it until when, or which booking took it, stands on the item itself, flat for the
 * conditions.
 */
type PlaceItem = Omit<Place, "claim" | "takenBy"> & {
  claimedBy?: ClaimedBy;
  claimedUntil?: Instant;
  takenBy?: string;
};

const claimedBy = ({ kind, id }: Claimant): ClaimedBy => `${kind}#${id}`;
const byBooking = (id: string): ClaimedBy => claimedBy({ kind: "booking", id });

function claimantOf(text: ClaimedBy): Claimant {
  const kind = text.startsWith("booking#") ? "booking" : "offer";
  return { kind, id: text.slice(kind.length + 1) };
}

export function placeItem({ claim, takenBy, ...place }: Place): Item {
  return {
    ...place,
    ...keys.place(place.cohortId, place.type, place.id),
    ...(claim === null ? {} : { claimedBy: claimedBy(claim.by), claimedUntil: claim.until }),
    ...(takenBy === null ? {} : { takenBy }),
  };
}

export function toPlace(item: Item): Place {
  const {
    pk: _pk,
    sk: _sk,
    claimedBy: claimant,
    claimedUntil,
    takenBy,
    ...place
  } = item as PlaceItem & { pk: string; sk: string };
  const claim =
    claimant === undefined || claimedUntil === undefined ? null : { by: claimantOf(claimant), until: claimedUntil };
  return { ...place, claim, takenBy: takenBy ?? null };
}

/** Free: neither taken nor claimed past this instant. The condition of every claim, removal and change of dates (I1). */
export const isFreeNow = "attribute_not_exists(takenBy) AND (attribute_not_exists(claimedBy) OR claimedUntil <= :now)";

/** For sale to buyers: the cohort is open, its last day of sale has not ended, and nobody waits for this type. */
const isForSale = "onSale = :true AND salesEndAt > :now AND queued = :false";

const forSaleValues = { ":true": true, ":false": false };

/** A place that could be claimed now. */
export type FreePlace = Pick<Place, "id" | "datesVersion">;

/** Places that could be claimed now, and whether the cohort is for sale at all. */
export type Offer = { places: FreePlace[]; forSale: boolean };

/**
 * The places of one type that are free and for sale now, by one consistent read; no place means sold out, at no write.
 * What is not for sale comes back too, so that a closed cohort is told from a sold-out one without another read.
 */
export async function freePlaces(store: Store, cohortId: string, type: string, now: Instant): Promise<Offer> {
  const range = placeRange(type);
  const { Items = [] } = await store.client.send(
    new QueryCommand({
      TableName: store.tables.core,
      KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :to",
      FilterExpression: `onSale = :false OR salesEndAt <= :now OR (${isFreeNow} AND ${isForSale})`,
      ProjectionExpression: "id, datesVersion, onSale, salesEndAt",
      ExpressionAttributeValues: {
        ":pk": keys.cohort(cohortId).pk,
        ":from": range.from,
        ":to": range.to,
        ":now": now,
        ...forSaleValues,
      },
      ConsistentRead: true,
    }),
  );
  const found = Items as Pick<Place, "id" | "datesVersion" | "onSale" | "salesEndAt">[];
  const places = found.filter(({ onSale, salesEndAt }) => onSale && salesEndAt > now);
  return { places, forSale: places.length > 0 || found.length === 0 };
}

/** Whether the booking took the place, or claims it and nobody took it. */
export function isOurs(place: Place | null, bookingId: string): boolean {
  if (place === null || place.takenBy !== null) return place?.takenBy === bookingId;
  return place.claim !== null && claimedBy(place.claim.by) === byBooking(bookingId);
}

/** The key of the place that a booking names. */
export const placeKey = (of: { cohortId: string; placeType: string; placeId: string }) =>
  keys.place(of.cohortId, of.placeType, of.placeId);

const place = (store: Store, of: { cohortId: string; placeType: string; placeId: string }) => ({
  TableName: store.tables.core,
  Key: placeKey(of),
});

type PlaceOf = { id: string; cohortId: string; placeType: string; placeId: string };

type Buyer = PlaceOf & { terms: Pick<BookingTerms, "datesVersion"> };

/** Free, for sale, and of the very version of dates and zone that the buyer was quoted. */
const canBeBought = `${isFreeNow} AND ${isForSale} AND datesVersion = :dates`;

const buyerValues = ({ terms }: Buyer, now: Instant) => ({
  ":now": now,
  ":dates": terms.datesVersion,
  ...forSaleValues,
});

/** Claims a free place of the quoted dates until an instant: one conditional write, and the whole of I1. */
export function claimPlace(store: Store, booking: Buyer, until: Instant, now: Instant): Guarded<"place_gone"> {
  return {
    write: {
      Update: {
        ...place(store, booking),
        UpdateExpression: "SET claimedBy = :claimant, claimedUntil = :until",
        ConditionExpression: canBeBought, // I1
        ExpressionAttributeValues: {
          ":claimant": byBooking(booking.id),
          ":until": until,
          ...buyerValues(booking, now),
        },
      },
    },
    refusal: "place_gone",
  };
}

/** Takes a free place of the booking's dates at once: late money that finds a place again. */
export function takeFreePlace(store: Store, booking: Buyer, now: Instant): Guarded<"place_gone"> {
  return {
    write: {
      Update: {
        ...place(store, booking),
        UpdateExpression: "SET takenBy = :booking REMOVE claimedBy, claimedUntil",
        ConditionExpression: canBeBought, // I1
        ExpressionAttributeValues: { ":booking": booking.id, ...buyerValues(booking, now) },
      },
    },
    refusal: "place_gone",
  };
}

const stillClaimed = "claimedBy = :claimant AND attribute_not_exists(takenBy)";

/** Moves the instant of our own claim. */
export function moveClaim(store: Store, booking: PlaceOf, until: Instant): Guarded<"stale"> {
  return {
    write: {
      Update: {
        ...place(store, booking),
        UpdateExpression: "SET claimedUntil = :until",
        ConditionExpression: stillClaimed, // I1
        ExpressionAttributeValues: { ":claimant": byBooking(booking.id), ":until": until },
      },
    },
    refusal: "stale",
  };
}

/** Makes our own claim final, lapsed or not, as long as the place still names this booking. */
export function takePlace(store: Store, booking: PlaceOf): Guarded<"stale"> {
  return {
    write: {
      Update: {
        ...place(store, booking),
        UpdateExpression: "SET takenBy = :booking REMOVE claimedBy, claimedUntil",
        ConditionExpression: stillClaimed, // I1
        ExpressionAttributeValues: { ":booking": booking.id, ":claimant": byBooking(booking.id) },
      },
    },
    refusal: "stale",
  };
}

/** Lets our place go, only while it names this booking: it may be somebody else's by now. */
export function releasePlace(store: Store, booking: PlaceOf): Guarded<"stale"> {
  return {
    write: {
      Update: {
        ...place(store, booking),
        UpdateExpression: "REMOVE takenBy, claimedBy, claimedUntil",
        ConditionExpression: `takenBy = :booking OR (${stillClaimed})`,
        ExpressionAttributeValues: { ":booking": booking.id, ":claimant": byBooking(booking.id) },
      },
    },
    refusal: "stale",
  };
}

/** The place is this booking's, and its cohort's last day is the one that the clearance was held against (I2). */
export function checkTaken(store: Store, booking: PlaceOf, lastDay: string): Guarded<"stale"> {
  return {
    write: {
      ConditionCheck: {
        ...place(store, booking),
        ConditionExpression: "takenBy = :booking AND endsOn = :lastDay", // I2
        ExpressionAttributeValues: { ":booking": booking.id, ":lastDay": lastDay },
      },
    },
    refusal: "stale",
  };
}

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

/** Gives a free place its cohort's new dates or zone. A lapsed claim goes: money that comes late must not find its place here. */
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
