import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { Claimant, Place } from "@clearing/domain/cohort";
import type { Instant } from "@clearing/domain/time";
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
export const byBooking = (id: string): ClaimedBy => claimedBy({ kind: "booking", id });

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
export const isForSale = "onSale = :true AND salesEndAt > :now AND queued = :false";

export const forSaleValues = { ":true": true, ":false": false };

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

export const placeAt = (store: Store, of: { cohortId: string; placeType: string; placeId: string }) => ({
  TableName: store.tables.core,
  Key: placeKey(of),
});
