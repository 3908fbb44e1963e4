import * as z from "zod/mini";

/**
 * The SES event of a bounced mail or a complaint, reduced to the fields that are used. Source: Amazon SES Developer
 * Guide, "Examples of event data that Amazon SES publishes to EventBridge".
 */
export const mailFeedback = z.object({
  source: z.literal("aws.ses"),
  "detail-type": z.string(),
  id: z.string(),
  detail: z.object({
    mail: z.object({
      messageId: z.string(),
      destination: z.array(z.string()),
      tags: z.optional(z.record(z.string(), z.array(z.string()))),
    }),
    bounce: z.optional(z.object({ bounceType: z.string(), timestamp: z.string() })),
    complaint: z.optional(z.object({ timestamp: z.string() })),
  }),
});
