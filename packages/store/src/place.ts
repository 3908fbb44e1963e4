import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { Claimant, Place } from "@clearing/domain/cohort";
import type { Instant } from "@clearing/domain/time";
import type { Item } from "./items.ts";
import { keys, placeRange } from "./keys.ts";
import type { Store } from "./store.ts";

/** A claimant as one string, `booking#bkg_...`, so that one condition compares kind and id. */
type ClaimedBy = `${Claimant["kind"]}#${string}`;

/**
 * A place item is the lock: it holds the claim with its instant, or the booking that took it, as flat attributes for
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

/**
 * Free: neither taken nor claimed past this instant. Every claim, removal and change of dates has this condition (I1).
 */
export const isFreeNow = "attribute_not_exists(takenBy) AND (attribute_not_exists(claimedBy) OR claimedUntil <= :now)";

/** For sale: the cohort is open, its last day of sale has not ended, and the waitlist of this place type is empty. */
export const isForSale = "onSale = :true AND salesEndAt > :now AND queued = :false";

export const forSaleValues = { ":true": true, ":false": false };

/** A place that can be claimed now. */
export type FreePlace = Pick<Place, "id" | "datesVersion">;

/** The places that can be claimed now, and whether the cohort is for sale at all. */
export type Offer = { places: FreePlace[]; forSale: boolean };

/**
 * The free places of one type that are for sale now, in one consistent read. No places while `forSale` means sold out,
 * found without a write. The query also returns places that are not for sale, which tells a closed cohort from a
 * sold-out one without another read.
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

/** Whether the booking took the place, or claims it while nobody has taken it. */
export function isOurs(place: Place | null, bookingId: string): boolean {
  if (place === null || place.takenBy !== null) return place?.takenBy === bookingId;
  return place.claim !== null && claimedBy(place.claim.by) === byBooking(bookingId);
}

/** The key of a booking's place. */
export const placeKey = (of: { cohortId: string; placeType: string; placeId: string }) =>
  keys.place(of.cohortId, of.placeType, of.placeId);

export const placeAt = (store: Store, of: { cohortId: string; placeType: string; placeId: string }) => ({
  TableName: store.tables.core,
  Key: placeKey(of),
});
