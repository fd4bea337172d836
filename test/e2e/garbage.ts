import fc, { type Arbitrary } from 'fast-check';
import type { Members, Shape } from '../../core/model/shapes.ts';
import type { Operation } from '../../lambdas/operation.ts';
import { anyText } from '../any-text.ts';

/** What requests are made of, so that some get far. */
export interface Pool {
  /** Of keys and aliases. */
  readonly names: readonly string[];
  /** Ciphertexts and signatures, in base64. */
  readonly blobs: readonly string[];
  /** Requests that work, by operation. */
  readonly valid: Readonly<Record<string, readonly object[]>>;
}

const loneSurrogate = fc.integer({ min: 0xd800, max: 0xdfff }).map((unit) => String.fromCharCode(unit));
const text = fc.oneof(
  fc.string({ maxLength: 20 }),
  anyText({ maxLength: 20 }),
  loneSurrogate,
  fc.constantFrom('__proto__', 'constructor', 'toString', '\u0000', '../..', '%00', '[object Object]'),
  fc.integer({ min: 250, max: 9000 }).map((length) => 'x'.repeat(length)),
);
const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(-0, 1e308, -1, 0, 2 ** 31, 2 ** 53));
const context = fc.dictionary(text, fc.oneof({ weight: 5, arbitrary: text }, number, fc.boolean()), { maxKeys: 8 });

/** Any JSON, of any type. */
const anything: Arbitrary<unknown> = fc.oneof(
  text,
  number,
  fc.boolean(),
  fc.constant(null),
  context,
  fc.jsonValue({ maxDepth: 4 }),
);

const base64 = (bounds: { minLength?: number; maxLength: number }) =>
  fc.uint8Array(bounds).map((bytes) => Buffer.from(bytes).toString('base64'));

/** Mostly what the shape says, sometimes just beyond it. */
const fitting = (shape: Shape, pool: Pool): Arbitrary<unknown> => {
  switch (shape.type) {
    case 'string':
      if (shape.values !== undefined) return fc.constantFrom(...shape.values);
      return fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...pool.names) }, text);
    case 'blob':
      return fc.oneof(
        fc.constantFrom(...pool.blobs),
        base64({ maxLength: 100 }),
        base64({ minLength: shape.max, maxLength: shape.max + 1 }),
      );
    case 'integer':
      return fc.integer({ min: shape.min - 1, max: shape.max + 1 });
    case 'boolean':
      return fc.boolean();
    case 'timestamp':
      return fc.oneof(
        fc.integer({ min: -1, max: 400 * 86_400 }).map((seconds) => Date.now() / 1000 + seconds),
        number,
      );
    case 'list':
      return fc.array(fitting(shape.of, pool), { maxLength: 12 });
    case 'map':
      return context;
    case 'structure':
      return members(shape.members, pool);
  }
};

/** An object of these members: each left out at times, and sometimes of any kind at all. */
const members = (shapes: Members, pool: Pool): Arbitrary<object> => {
  const arbitraries = Object.entries(shapes).map(([name, shape]) => {
    const value = fc.oneof({ weight: 12, arbitrary: fitting(shape, pool) }, { weight: 1, arbitrary: anything });
    const weight = shape.optional || 'default' in shape ? 1 : 12;
    return fc.option(value, { nil: undefined, freq: weight }).map((given) => [name, given] as const);
  });
  return fc.tuple(...arbitraries).map((pairs) => Object.fromEntries(pairs.filter(([, value]) => value !== undefined)));
};

/** A request that works, with some members replaced. */
const mutated = ({ name, input }: Operation, pool: Pool): Arbitrary<object> =>
  fc
    .tuple(fc.constantFrom(...(pool.valid[name] ?? [{}])), members(input, pool), fc.infiniteStream(fc.nat(3)))
    .map(([valid, other, dice]) => ({
      ...valid,
      ...Object.fromEntries(Object.entries(other).filter(() => dice.next().value === 0)),
    }));

/** Swaps, drops or doubles a piece of a text. */
const bent = (json: Arbitrary<string>): Arbitrary<string> =>
  fc.tuple(json, fc.nat(), fc.nat(20), fc.string({ maxLength: 4 })).map(([whole, at, length, piece]) => {
    const start = at % (whole.length + 1);
    return whole.slice(0, start) + piece + whole.slice(start + length);
  });

/** Bodies for an operation, from nearly right to nonsense. */
export const bodies = (operation: Operation, pool: Pool): Arbitrary<string | Uint8Array> => {
  const nearly = fc
    .oneof(mutated(operation, pool), members(operation.input, pool))
    .map((value) => JSON.stringify(value));
  return fc.oneof(
    { weight: 20, arbitrary: nearly },
    { weight: 2, arbitrary: bent(nearly) },
    { weight: 2, arbitrary: anything.map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  );
};
