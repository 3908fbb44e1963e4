/**
 * The sample data of a developer's machine: two programs and three cohorts, plainly made up, dated from the stack's
 * clock so that a clearance given today is valid to their end. Every request has an idempotency key, so an interrupted
 * seeding continues where it stopped.
 */
export default async function seed({ apiUrl, token }: { apiUrl: string; token: string }): Promise<void> {
  const today = (await (await fetch(`${apiUrl}/_local/clock`)).json()) as { now: string };
  const send = sender(apiUrl, token);
  const inDays = (days: number) => {
    const date = new Date(today.now);
    date.setUTCDate(date.getUTCDate() + days);
    return date.toISOString().slice(0, 10);
  };

  const intensive = await publish("seed-intensive", sevenDays);
  const complex = await publish("seed-complex", fourteenDays);
  await open("seed-cohort-1", { programId: intensive, from: 45, days: 7, timeZone: "America/Denver" }, 6, 6);
  await open("seed-cohort-2", { programId: intensive, from: 66, days: 7, timeZone: "America/Denver" }, 6, 6);
  await open("seed-cohort-3", { programId: complex, from: 60, days: 14, timeZone: "America/New_York" }, 4, 4);

  async function publish(key: string, program: object): Promise<string> {
    const { id } = await send("POST", "/v1/programs", program, key);
    await send("PATCH", `/v1/programs/${id}`, { status: "published" });
    return id;
  }

  type Run = { programId: string; from: number; days: number; timeZone: string };
  async function open(key: string, run: Run, privates: number, shared: number): Promise<void> {
    const { programId, from, days, timeZone } = run;
    const cohort = {
      programId,
      startsOn: inDays(from),
      endsOn: inDays(from + days - 1),
      timeZone,
      venue: "Sample House, 1 Sample Road",
      places: [
        { type: "private", count: privates },
        { type: "shared", count: shared },
      ],
    };
    const { id } = await send("POST", "/v1/cohorts", cohort, key);
    await send("PATCH", `/v1/cohorts/${id}`, { status: "open" });
  }
}

function sender(apiUrl: string, token: string) {
  return async (method: string, path: string, body: object, key?: string): Promise<{ id: string }> => {
    const response = await fetch(`${apiUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        ...(key === undefined ? {} : { "idempotency-key": key }),
      },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`creating the sample data failed: ${method} ${path}: ${await response.text()}`);
    return (await response.json()) as { id: string };
  };
}

const common = {
  currency: "usd",
  healthCare: true,
  deposit: { kind: "amount", amount: 250_000 },
  plans: [
    { kind: "full" },
    { kind: "deposit_and_balance", balanceDueDaysBefore: 30 },
    { kind: "installments", months: 6 },
    { kind: "financed", months: 24, annualRate: "9.9900" },
  ],
  lateCharge: { amount: 2_500, graceDays: 10 },
  nonPayment: { noticeDays: [3, 7], cancelDaysBefore: 14 },
  cancellation: {
    administrationFee: 50_000,
    tiers: [
      { daysBefore: 60, refundPercent: 100 },
      { daysBefore: 30, refundPercent: 50 },
      { daysBefore: 0, refundPercent: 0 },
    ],
  },
  screening: { clearanceDeadlineDaysBefore: 14, validityDays: 90, declineAfterHours: 24 },
  holdMinutes: 30,
  waitlistOfferHours: 48,
  addOns: [{ id: "airport", label: "Airport transfer", price: 12_000, stock: 10 }],
  aftercare: [
    { afterDays: 7, kind: "integration_session" },
    { afterDays: 30, kind: "assessment", instruments: ["PCL-5", "PHQ-9"] },
  ],
};

const preparation = { start: "09:00", end: "11:00", title: "Preparation", kind: "preparation" };

const sevenDays = {
  ...common,
  name: "Seven-day intensive (sample)",
  publicLabel: "Seven-day program",
  summary: "Sample data: a week in a small group, with preparation before and integration after.",
  modalities: ["KAP", "ART", "EMDR", "IFS"],
  days: 7,
  placeTypes: [
    { type: "private", price: 1_850_000 },
    { type: "shared", price: 1_450_000 },
  ],
  itinerary: [{ day: 1, blocks: [preparation] }],
};

const fourteenDays = {
  ...common,
  name: "Fourteen-day program for complex cases (sample)",
  publicLabel: "Fourteen-day program",
  summary: "Sample data: two weeks with more time between the days, for people who need it.",
  modalities: ["KAP", "EMDR", "IFS"],
  days: 14,
  placeTypes: [
    { type: "private", price: 2_900_000 },
    { type: "shared", price: 2_350_000 },
  ],
  itinerary: [{ day: 1, blocks: [preparation] }],
};
