import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Place } from '../../src/practice/kubernetes/api/call.js';
import { History } from '../../src/practice/kubernetes/api/history.js';
import { list } from '../../src/practice/kubernetes/api/list.js';
import { ApiError } from '../../src/practice/kubernetes/api/status.js';
import { builtIn } from '../../src/practice/kubernetes/resources.js';
import { ObjectStore } from '../../src/practice/kubernetes/store.js';

const place: Place = {
  resource: builtIn('ConfigMap'),
  apiVersion: 'v1',
  namespace: null,
  name: null,
  subresource: null,
};
const answered = z.object({
  metadata: z.object({ resourceVersion: z.string(), continue: z.string().optional() }),
  items: z.array(z.object({ metadata: z.object({ name: z.string() }) })),
});
function small() {
  const store = new ObjectStore(() => 0);
  const time = { second: 0, ms: 0 };
  const history = new History(
    store,
    () => undefined,
    () => time.ms,
  );
  const add = (name: string) => store.create(place.resource, { metadata: { name, namespace: 'default' } });
  const remove = (name: string) => store.delete(place.resource, 'default', name);
  const pass = (seconds: number) => {
    time.second += seconds;
    time.ms += seconds * 1000;
    history.tick(time.second);
  };
  const page = (query: Record<string, string>) => {
    const answer = list(place, history, new URLSearchParams(query));
    if (answer.kind !== 'whole') throw new Error('a list is answered as a whole');
    const { metadata, items } = answered.parse(JSON.parse(answer.body));
    return {
      version: metadata.resourceVersion,
      next: metadata.continue,
      names: items.map((one) => one.metadata.name),
    };
  };
  for (const name of ['a', 'b', 'c', 'd']) add(name);
  pass(1);
  return { history, add, remove, pass, page };
}
function refusal(work: () => unknown): ApiError {
  try {
    work();
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('a list in pages', () => {
  it('goes on as it began, whatever comes and goes meanwhile', () => {
    const { page, add, remove } = small();
    const first = page({ limit: '2' });
    remove('c');
    add('aa');
    add('e');
    const second = page({ limit: '2', continue: first.next ?? '' });
    expect([...first.names, ...second.names]).toEqual(['a', 'b', 'c', 'd']);
    expect(second).toMatchObject({ version: first.version, next: undefined });
    expect(page({}).names).toEqual(['a', 'aa', 'b', 'd', 'e']);
  });

  it('that is read too slowly is refused, and can be finished with what is there now', () => {
    const { page, add, pass } = small();
    const first = page({ limit: '2' });
    add('c2');
    pass(1);
    pass(400);
    const error = refusal(() => page({ limit: '2', continue: first.next ?? '' }));
    expect(error.status).toMatchObject({ code: 410, reason: 'Expired' });
    expect(error.message).toContain('The provided continue parameter is too old');
    const token = error.status['metadata'];
    const rest = page({ continue: z.object({ continue: z.string() }).parse(token).continue });
    expect(rest.names).toEqual(['c', 'c2', 'd']);
  });
});

describe('what is remembered', () => {
  it('reaches back to a version, and says when that is too far', () => {
    const { history, add } = small();
    const from = history.version;
    for (let index = 0; index < 10_050; index += 1) add(`more-${index}`);
    expect(history.since(from)).toBeNull();
    const changes = history.since(history.version - 3) ?? [];
    expect(changes.map((change) => change.object['metadata'])).toMatchObject([
      { name: 'more-10047' },
      { name: 'more-10048' },
      { name: 'more-10049' },
    ]);
  });

  it('refuses a version that is yet to come', () => {
    const { page, history } = small();
    expect(refusal(() => page({ resourceVersion: String(history.version + 5) }))).toMatchObject({
      code: 504,
      message: `Timeout: Too large resource version: ${history.version + 5}, current: ${history.version}`,
    });
  });
});
