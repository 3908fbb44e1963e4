/** The date of the list prices below: us-east-1, on demand, without free tiers. Check them before you quote them. */
export const pricesOf = "2026-11";

/** AWS's price of one unit in dollars, from the page of the service at aws.amazon.com/<service>/pricing. */
export const prices = {
  dynamodb: { writeUnit: 0.625e-6, readUnit: 0.125e-6 },
  /** arm64: a request, and a second of a gigabyte. */
  lambda: { request: 0.2e-6, gigabyteSecond: 0.0000133334 },
  "api-gateway": { request: 1e-6 },
  /** A custom event of up to 64 KB; the archive stores each once. */
  eventbridge: { event: 1e-6, archivedGigabyte: 0.1, scheduled: 1e-6 },
  sqs: { request: 0.4e-6 },
  ses: { mail: 0.1e-3 },
  /** A person who signs in within a month, by the plan of the pool. */
  cognito: { essentials: 0.015, plus: 0.02 },
  cloudwatch: { loggedGigabyte: 0.5, metric: 0.3, alarmedMetric: 0.1, dashboard: 3 },
  xray: { trace: 5e-6 },
  kms: { key: 1, request: 0.03e-4 },
  "secrets-manager": { secret: 0.4, call: 0.05e-4 },
  /** Data sent to the internet. */
  ec2: { gigabyteOut: 0.09 },
} as const;
