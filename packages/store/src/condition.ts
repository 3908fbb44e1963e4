import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";

/** Whether the condition of one write held, so that it was written. Any other failure is thrown. */
export async function conditionHeld(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
