/** The condition that a stored item is still the version that was read; null: that there is none yet. */
export const isVersion = (version: number | null) =>
  version === null
    ? { ConditionExpression: "attribute_not_exists(pk)" }
    : {
        ConditionExpression: "#version = :version",
        ExpressionAttributeNames: { "#version": "version" },
        ExpressionAttributeValues: { ":version": version },
      };

/** The stored item is the version before this one; there is none before the first. */
export const follows = (version: number) => isVersion(version === 1 ? null : version - 1);
