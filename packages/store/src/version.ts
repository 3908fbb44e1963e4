/** The condition that the stored item still has the version that was read; null: that none is stored yet. */
export const isVersion = (version: number | null) =>
  version === null
    ? { ConditionExpression: "attribute_not_exists(pk)" }
    : {
        ConditionExpression: "#version = :version",
        ExpressionAttributeNames: { "#version": "version" },
        ExpressionAttributeValues: { ":version": version },
      };

/** The condition that the stored item has the version before this one; none may exist before version 1. */
export const follows = (version: number) => isVersion(version === 1 ? null : version - 1);
