import type { BookingTerms } from "@clearing/domain/booking";
import type { Instant } from "@clearing/domain/time";
import type { Guarded } from "./commit.ts";
import { byBooking, forSaleValues, isForSale, isFreeNow, placeAt } from "./place.ts";
import type { Store } from "./store.ts";

type PlaceOf = { id: string; cohortId: string; placeType: string; placeId: string };

type Buyer = PlaceOf & { terms: Pick<BookingTerms, "datesVersion"> };

/** Free, for sale, and with the version of dates and zone that the buyer was quoted. */
const canBeBought = `${isFreeNow} AND ${isForSale} AND datesVersion = :dates`;

const buyerValues = ({ terms }: Buyer, now: Instant) => ({
  ":now": now,
  ":dates": terms.datesVersion,
  ...forSaleValues,
});

/**
 * Claims a free place of the quoted dates until an instant. This one conditional write guarantees that no place is
 * oversold (I1). Refuses `place_gone`.
 */
export function claimPlace(store: Store, booking: Buyer, until: Instant, now: Instant): Guarded<"place_gone"> {
  return {
    write: {
      Update: {
        ...placeAt(store, booking),
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

/** Takes a free place of the booking's dates at once, for late money that revives the booking. Refuses `place_gone`. */
export function takeFreePlace(store: Store, booking: Buyer, now: Instant): Guarded<"place_gone"> {
  return {
    write: {
      Update: {
        ...placeAt(store, booking),
        UpdateExpression: "SET takenBy = :booking REMOVE claimedBy, claimedUntil",
        ConditionExpression: canBeBought, // I1
        ExpressionAttributeValues: { ":booking": booking.id, ...buyerValues(booking, now) },
      },
    },
    refusal: "place_gone",
  };
}

const stillClaimed = "claimedBy = :claimant AND attribute_not_exists(takenBy)";

/** Moves the instant of this booking's claim; `stale` if it no longer claims the place. */
export function moveClaim(store: Store, booking: PlaceOf, until: Instant): Guarded<"stale"> {
  return {
    write: {
      Update: {
        ...placeAt(store, booking),
        UpdateExpression: "SET claimedUntil = :until",
        ConditionExpression: stillClaimed, // I1
        ExpressionAttributeValues: { ":claimant": byBooking(booking.id), ":until": until },
      },
    },
    refusal: "stale",
  };
}

/** Makes this booking's claim final, even a lapsed one, if the place still names this booking (`stale`). */
export function takePlace(store: Store, booking: PlaceOf): Guarded<"stale"> {
  return {
    write: {
      Update: {
        ...placeAt(store, booking),
        UpdateExpression: "SET takenBy = :booking REMOVE claimedBy, claimedUntil",
        ConditionExpression: stillClaimed, // I1
        ExpressionAttributeValues: { ":booking": booking.id, ":claimant": byBooking(booking.id) },
      },
    },
    refusal: "stale",
  };
}

/** Releases the place only if it still names this booking (`stale`): by now it can be another booking's. */
export function releasePlace(store: Store, booking: PlaceOf): Guarded<"stale"> {
  return {
    write: {
      Update: {
        ...placeAt(store, booking),
        UpdateExpression: "REMOVE takenBy, claimedBy, claimedUntil",
        ConditionExpression: `takenBy = :booking OR (${stillClaimed})`,
        ExpressionAttributeValues: { ":booking": booking.id, ":claimant": byBooking(booking.id) },
      },
    },
    refusal: "stale",
  };
}

/**
 * Checks that this booking took the place, and that the cohort still ends on the day that the clearance was compared
 * with (I2).
 */
export function checkTaken(store: Store, booking: PlaceOf, lastDay: string): Guarded<"stale"> {
  return {
    write: {
      ConditionCheck: {
        ...placeAt(store, booking),
        ConditionExpression: "takenBy = :booking AND endsOn = :lastDay", // I2
        ExpressionAttributeValues: { ":booking": booking.id, ":lastDay": lastDay },
      },
    },
    refusal: "stale",
  };
}
