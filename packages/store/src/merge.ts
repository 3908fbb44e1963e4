/** Merges ordered lists into one, ordered by place. Reads each list only as far as the caller iterates. */
export async function* merged<Value>(
  lists: AsyncIterable<Value>[],
  placeOf: (value: Value) => string,
  { newestFirst = false }: { newestFirst?: boolean | undefined } = {},
): AsyncIterable<Value> {
  type Head = { value: Value; rest: AsyncIterator<Value> };
  const nextOf = async (rest: AsyncIterator<Value>): Promise<Head[]> => {
    const next = await rest.next();
    return next.done === true ? [] : [{ value: next.value, rest }];
  };
  const isBefore = (a: Head, b: Head) =>
    newestFirst ? placeOf(a.value) > placeOf(b.value) : placeOf(a.value) < placeOf(b.value);
  let heads = (await Promise.all(lists.map((one) => nextOf(one[Symbol.asyncIterator]())))).flat();
  for (;;) {
    const [any] = heads;
    if (any === undefined) return;
    const first = heads.reduce((before, head) => (isBefore(head, before) ? head : before), any);
    yield first.value;
    const next = await nextOf(first.rest);
    heads = heads.flatMap((head) => (head === first ? next : [head]));
  }
}

/** A list in batches of `size`; the last batch may be shorter. */
export async function* inBatches<Value>(items: AsyncIterable<Value>, size: number): AsyncIterable<Value[]> {
  let batch: Value[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** One item of each list in turn (round robin), so that no list waits for all of another. */
export async function* inTurns<Value>(lists: AsyncIterable<Value>[]): AsyncIterable<Value> {
  let rests = lists.map((list) => list[Symbol.asyncIterator]());
  while (rests.length > 0) {
    const going: typeof rests = [];
    for (const rest of rests) {
      const next = await rest.next();
      if (next.done === true) continue;
      yield next.value;
      going.push(rest);
    }
    rests = going;
  }
}

/** At most `most()` items of a list. `most` is asked only once there is an item. */
export async function* firstOf<Value>(most: () => Promise<number>, list: AsyncIterable<Value>): AsyncIterable<Value> {
  let given = 0;
  for await (const value of list) {
    if (given === (await most())) return;
    given += 1;
    yield value;
  }
}
