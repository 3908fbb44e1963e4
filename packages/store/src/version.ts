/** The condition that a stored item is still the version that was read; null: that there is none yet. */
export const isVersion = (version: number | null) =>
  version === null
    ? { ConditionExpression: "attribute_not_exists(pk)" }
    : {
        ConditionExpression: "#version = :version",
        ExpressionAttributeNames: { "#version": "version" },
        ExpressionAttributeValues: { ":version": version },
      };
