import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Members, Shape, TextShape } from '../core/model/shapes.ts';
import type { Operation } from '../lambdas/operation.ts';
import { everyOperation, isRequired, outcomeOf, type Parameters, sample, samples, validRequest } from './requests.ts';
import { newService, type Service } from './service.ts';

let kms: Service;
beforeAll(async () => {
  kms = await newService();
});
afterAll(() => kms.close());
// Whatever a caller sends, it is never our fault: every 5xx leaves a line in the log.
afterEach(() => expect(kms.logged).toEqual([]));

/** A place in a request where a value stands, and requests that are right in form everywhere else. */
interface Place {
  /** As AWS writes it: `tags.1.member.tagKey`. */
  readonly path: string;
  readonly shape: Shape;
  readonly isMember: boolean;
  put(value: unknown): Parameters;
}

const placesIn = (members: Members, put: Place['put'], prefix = ''): Place[] =>
  Object.entries(members).flatMap(([name, shape]) => {
    const path = prefix + name.charAt(0).toLowerCase() + name.slice(1);
    return placesAt({ path, shape, isMember: true, put: (value) => put({ ...samples(members), [name]: value }) });
  });

const placesAt = (place: Place): Place[] => {
  const { path, shape, put } = place;
  if (shape.type === 'structure') return [place, ...placesIn(shape.members, put, `${path}.`)];
  if (shape.type !== 'list') return [place];
  const element = { path: `${path}.1.member`, shape: shape.of, isMember: false, put: (value: unknown) => put([value]) };
  return [place, ...placesAt(element)];
};

const placesOf = ({ input }: Operation): Place[] => placesIn(input, (parameters) => parameters as Parameters); // what put made

type BrokenCase = readonly [title: string, request: Parameters, item: string];

const item = (path: string, shown: string, rule: string): string =>
  `Value ${shown}at '${path}' failed to satisfy constraint: Member must ${rule}`;

/** Of a text in a list, AWS tells the list, and all that each of its texts must be. */
const listItem = (path: string, value: unknown, { values, min, max, pattern }: TextShape): string => {
  const rules = [
    values && `satisfy enum value set: [${values.join(', ')}]`,
    max && `have length less than or equal to ${max}`,
    min && `have length greater than or equal to ${min}`,
    pattern && `satisfy regular expression pattern: ${pattern}`,
  ].flatMap((rule) => (rule ? [`Member must ${rule}`] : []));
  return item(path.replace('.1.member', ''), `'[${value}]' `, `satisfy constraint: [${rules.join(', ')}]`);
};

/** Every bound of a place broken once, with what AWS says of it. */
const broken = ({ path, shape, isMember, put }: Place): BrokenCase[] => {
  const cases: BrokenCase[] = [];
  const add = (title: string, value: unknown, rule: string) => {
    if (!isMember && shape.type === 'string') {
      cases.push([`${path} ${title}`, put(value), listItem(path, value, shape)]);
      return;
    }
    const hidden = (shape.type === 'string' && shape.secret) || Buffer.isBuffer(value);
    const shown = hidden ? '' : Array.isArray(value) ? `'[${value.join(', ')}]' ` : `'${value}' `;
    cases.push([`${path} ${title}`, put(value), item(path, shown, rule)]);
  };
  switch (shape.type) {
    case 'string':
      if (shape.min) add('too short', '', `have length greater than or equal to ${shape.min}`);
      if (shape.max) add('too long', 'a'.repeat(shape.max + 1), `have length less than or equal to ${shape.max}`);
      if (shape.pattern) add('against its pattern', 'aĀa', `satisfy regular expression pattern: ${shape.pattern}`);
      if (shape.pattern) add('against its pattern at the end', 'a\u{1F600}', 'satisfy regular expression pattern: ');
      if (shape.values) {
        const told = shape.told ?? shape.values;
        add('of no known value', 'FOREIGN', `satisfy enum value set: [${told.join(', ')}]`);
      }
      break;
    case 'blob':
      if (shape.min) add('too short', Buffer.alloc(0), `have length greater than or equal to ${shape.min}`);
      add('too long', Buffer.alloc(shape.max + 1), `have length less than or equal to ${shape.max}`);
      break;
    case 'integer':
      add('too small', shape.min - 1, `have value greater than or equal to ${shape.min}`);
      add('too large', shape.max + 1, `have value less than or equal to ${shape.max}`);
      break;
    case 'list': {
      const { max } = shape;
      if (max === undefined) break;
      const elements = Array.from({ length: max + 1 }, () => 'a');
      add('too long', elements, `have length less than or equal to ${max}`);
    }
  }
  return cases;
};

const jsonTypeOf = {
  string: 'string',
  blob: 'string',
  integer: 'number',
  boolean: 'boolean',
  timestamp: 'number',
  list: 'list',
  map: 'object',
  structure: 'object',
} as const satisfies Record<Shape['type'], string>;
const jsonValues = { number: 1, string: 'text', boolean: true, list: [], object: {} };

describe.each(everyOperation)('%s', (name, operation) => {
  const places = placesOf(operation);
  const required = places.filter(({ isMember, shape }) => isMember && isRequired(shape));
  const detected = /^(1 validation error|([2-9]|10) validation errors) detected: /;

  it('succeeds when nothing is wrong, or says why it never does', async () => {
    const { parameters } = await validRequest(kms, operation);
    expect(await kms.call(name, parameters)).toMatchObject(outcomeOf(operation));
  });

  it.each(required.map((place) => [place.path, place] as const))(
    'misses %s, and says so',
    async (path, { put, shape }) => {
      const message = `1 validation error detected: ${item(path, shape.secret ? '' : 'null ', 'not be null')}`;
      const refused = { status: 400, __type: 'ValidationException', message };
      expect(await kms.call(name, put(undefined))).toMatchObject(refused);
      expect(await kms.call(name, put(null))).toMatchObject(refused);
    },
  );

  it.each(places.flatMap(broken))('refuses %s', async (_, request, expected) => {
    const { status, __type, message } = await kms.call(name, request);
    expect({ status, __type }).toEqual({ status: 400, __type: 'ValidationException' });
    expect(message).toMatch(detected);
    expect(message).toContain(expected);
  });

  it.each(
    places.flatMap(({ path, shape, put }) =>
      Object.entries(jsonValues).flatMap(([type, value]) =>
        type === jsonTypeOf[shape.type] ? [] : [[path, type, put(value)] as const],
      ),
    ),
  )('refuses %s as JSON %s', async (_, __, request) => {
    expect(await kms.call(name, request)).toMatchObject({ status: 400, __type: 'SerializationException' });
  });

  it.each(places.flatMap(({ path, shape, put }) => (shape.type === 'map' ? [[path, put] as const] : [])))(
    'refuses pairs of %s whose value is no text, number or boolean',
    async (_, put) => {
      for (const value of [null, [], {}]) {
        expect(await kms.call(name, put({ pair: value }))).toMatchObject({ __type: 'SerializationException' });
      }
    },
  );

  it.each(
    Object.entries(operation.input).flatMap(([member, shape]) => (shape.refused ? [[member, shape] as const] : [])),
  )('never ignores %s, which it cannot serve', async (member, shape) => {
    const { parameters } = await validRequest(kms, operation);
    const refused = { status: 400, __type: 'UnsupportedOperationException', message: shape.refused };
    expect(await kms.call(name, { ...parameters, [member]: sample(shape) })).toMatchObject(refused);
  });

  it('tells all that is wrong at once', async () => {
    const wrong = Object.entries(operation.input).flatMap(([member, shape]) => {
      const value = shape.type === 'integer' ? shape.max + 1 : shape.type === 'blob' ? Buffer.alloc(shape.max + 1) : '';
      const breakable = 'min' in shape ? shape.min !== 0 && shape.type !== 'list' : 'values' in shape;
      return breakable ? [[member, value] as const] : [];
    });
    const { message } = await kms.call(name, Object.fromEntries(wrong));
    const told = message.split('; ').length;
    expect(message).toMatch(new RegExp(`^${told} validation errors? detected: `));
    expect(told).toBeGreaterThanOrEqual(Math.min(wrong.length, 10));
    if (told === 10) return; // as many as are told
    for (const [member] of wrong) expect(message).toContain(`at '${member.charAt(0).toLowerCase()}${member.slice(1)}'`);
  });

  it('ignores members it does not know', async () => {
    const { parameters } = await validRequest(kms, operation);
    expect(await kms.call(name, { ...parameters, Unknown: [{}], constructor: 1 })).toMatchObject(outcomeOf(operation));
  });

  it('answers any JSON with success or an error of the caller', async () => {
    const { parameters } = await validRequest(kms, operation);
    const members = Object.keys(operation.input);
    const wild = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('', 'alias/a', 'arn:aws:kms:::key/', -1, 2 ** 31),
    );
    const changes = fc.dictionary(fc.constantFrom(...members, '__proto__'), wild, { maxKeys: 3 });
    await fc.assert(
      fc.asyncProperty(changes, fc.boolean(), async (change, whole) => {
        const { status } = await kms.call(name, whole ? { ...parameters, ...change } : change);
        expect([200, 400]).toContain(status);
      }),
      { numRuns: 25 },
    );
  });
});

it('tells at most ten violations', async () => {
  const Tags = Array.from({ length: 12 }, () => ({ TagKey: '', TagValue: '' }));
  const { __type, message } = await kms.call('CreateKey', { Tags });
  expect(__type).toBe('ValidationException');
  expect(message).toMatch(/^10 validation errors detected: /);
  expect(message.split('; ')).toHaveLength(10);
});
