import { hash } from "node:crypto";

/**
 * One partition of an index takes about 1,000 write units a second, and a partition that is full throttles every write
 * to its table. What would be one partition for everything is therefore spread over so many shards. The number is part
 * of the stored format: an item is looked for in the shard that it was written to.
 */
const shardCount = 8;

/** The partition of an index in which this id stands, where all ids together would be one partition. */
export const inShard = (partition: string, id: string): string =>
  `${partition}#${hash("sha256", id, "buffer").readUInt32BE() % shardCount}`;

/** All partitions that `inShard` spreads one over; a list reads all of them and merges. */
export const shardsOf = (partition: string): string[] =>
  Array.from({ length: shardCount }, (_, shard) => `${partition}#${shard}`);
