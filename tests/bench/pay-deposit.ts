import { type Client, participantBody } from "../harness/http.ts";

export type Payer = { email: string; token: string; cohortId: string };

/** Quotes, holds, signs and pays a deposit by a session. Returns the ids of the booking and of the session. */
export async function payDeposit(
  client: Client,
  { email, token, cohortId }: Payer,
): Promise<{ id: string; sessionId: string }> {
  const plan = { kind: "deposit_and_balance" };
  const quote = await client.must("POST", "/v1/quotes", { body: { cohortId, placeType: "private", plan } });
  const { id } = await client.must("POST", "/v1/bookings", {
    token,
    key: `hold-${email}`,
    body: { quoteId: quote.id, participant: participantBody(email) },
  });
  const path = `/v1/bookings/${id}`;
  const { hash } = await client.must("GET", `${path}/agreement`, { token });
  const signed = { hash, signature: "Sample Person", accepted: true, autopay: false };
  await client.must("POST", `${path}/agreement`, { token, key: `sign-${email}`, body: signed });
  const body = { purpose: "deposit" };
  const { sessionId } = await client.must("POST", `${path}/checkout`, { token, key: `pay-${email}`, body });
  const paid = await client.sim("POST", `/_sim/checkout/${sessionId}/payment`, { paymentMethod: "pm_card_visa" });
  if (paid.status !== 200) throw new Error(`the payment answered ${paid.status}`);
  return { id, sessionId };
}
