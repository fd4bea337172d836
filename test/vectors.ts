import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, it } from 'vitest';

/** Published vectors lie beside the repository, since they are large and not ours. */
const shared = new URL('../../shared/vectors/', import.meta.url);

/**
 * Runs a suite on a file of published vectors, plain or gzipped, which must have at least one group; without the file
 * the suite is skipped, and says so.
 *
 * @param name path below the folder of vectors, ending in `.json`
 */
export const describeVectors = <Content>(name: string, body: (content: Content) => void): void => {
  const text = read(name) ?? read(`${name}.gz`);
  if (text === undefined) {
    console.warn(`SKIPPED, NOTHING PROVED: no vectors at ../shared/vectors/${name}`);
    describe.skip(name, () => it('needs its vectors'));
    return;
  }
  describe(name, () => body(JSON.parse(text.toString()))); // the shape is that of the schema which the file names
};

const read = (name: string): Buffer | undefined => {
  try {
    const bytes = readFileSync(new URL(name, shared));
    return name.endsWith('.gz') ? gunzipSync(bytes) : bytes;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
};

/** A file of Wycheproof: groups with what their tests share. https://github.com/C2SP/wycheproof */
export interface Wycheproof<Group, Test> {
  readonly testGroups: readonly (Group & { readonly tests: readonly (Test & WycheproofTest)[] })[];
}

export interface WycheproofTest {
  readonly tcId: number;
  readonly comment: string;
  readonly flags: readonly string[];
  readonly result: 'valid' | 'invalid' | 'acceptable';
}

/** The tests whose outcome is not what the vectors say; `acceptable` is refused here, since we are strict. */
export const misjudged = <Test extends WycheproofTest>(tests: readonly Test[], accepts: (test: Test) => boolean) =>
  tests
    .filter((test) => accepts(test) !== (test.result === 'valid'))
    .map(({ tcId, comment, result }) => `${tcId} should be ${result}: ${comment}`);

export const hex = (text: string): Buffer => Buffer.from(text, 'hex');

/** `SHA-256` as node:crypto calls it. */
export const hashName = <Name extends string>(name: Name) =>
  name.replace('-', '').toLowerCase() as Name extends `SHA-${infer Bits}` ? `sha${Bits}` : never; // replace forgets literals
