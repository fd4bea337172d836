import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeHeader, parseBlob } from '../../../core/model/ciphertext-blob.ts';

const hexText = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
const uuid = hexText(32).map((hex) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'));
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const header = fc.record({
  KeyId: fc.oneof(
    uuid,
    hexText(32).map((hex) => `mrk-${hex}`),
  ),
  KeyMaterialId: hexText(64),
  nonce: bytes(16),
  iv: bytes(12),
});

const example = {
  KeyId: '1234abcd-12ab-34cd-56ef-1234567890ab',
  KeyMaterialId: '0'.repeat(64),
  nonce: Buffer.alloc(16),
  iv: Buffer.alloc(12),
};

describe('encodeHeader', () => {
  it('puts every member in its place', () => {
    const nonce = Buffer.alloc(16, 0xaa);
    const iv = Buffer.alloc(12, 0xbb);
    const encoded = (KeyId: string) =>
      encodeHeader({ KeyId, KeyMaterialId: 'cd'.repeat(32), nonce, iv }).toString('hex');
    const rest = `1234abcd12ab34cd56ef1234567890ab${'cd'.repeat(32)}${'aa'.repeat(16)}${'bb'.repeat(12)}`;
    expect(encoded('1234abcd-12ab-34cd-56ef-1234567890ab')).toBe(`0100${rest}`);
    expect(encoded('mrk-1234abcd12ab34cd56ef1234567890ab')).toBe(`0101${rest}`);
  });

  it.each([
    ['upper case', '1234ABCD-12ab-34cd-56ef-1234567890ab'],
    ['a dash too few', '1234abcd12ab-34cd-56ef-1234567890ab'],
    ['an ARN', 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'],
    ['a multi-Region id with dashes', 'mrk-1234abcd-12ab-34cd-56ef-1234567890ab'],
    ['a digit too many', 'mrk-1234abcd12ab34cd56ef1234567890ab0'],
    ['a line break', '1234abcd-12ab-34cd-56ef-1234567890ab\n'],
    ['no text', ''],
  ])('throws a RangeError on a key id with %s', (_, KeyId) => {
    expect(() => encodeHeader({ ...example, KeyId })).toThrow(/^KeyId: expected a UUID or mrk-/);
  });

  it.each([
    [{ KeyMaterialId: '0'.repeat(63) }, 'KeyMaterialId: expected 64 hexadecimal digits in lower case'],
    [{ KeyMaterialId: 'A'.repeat(64) }, 'KeyMaterialId: expected 64 hexadecimal digits in lower case'],
    [{ nonce: Buffer.alloc(12) }, 'nonce: expected 16 bytes, got 12'],
    [{ iv: Buffer.alloc(16) }, 'iv: expected 12 bytes, got 16'],
  ])('throws a RangeError on other members out of form', (change, message) => {
    expect(() => encodeHeader({ ...example, ...change })).toThrow(new RangeError(message));
  });
});

describe('parseBlob', () => {
  it('gives back what was encoded, and the header as it stood', () => {
    fc.assert(
      fc.property(header, fc.uint8Array({ minLength: 16, maxLength: 64 }), (members, sealed) => {
        const encoded = encodeHeader(members);
        const parsed = parseBlob(Buffer.concat([encoded, sealed]));
        expect(parsed && { ...parsed, nonce: Uint8Array.from(parsed.nonce), iv: Uint8Array.from(parsed.iv) }).toEqual({
          ...members,
          header: encoded,
          sealed: Buffer.from(sealed),
        });
      }),
    );
  });

  it('gives back the header of whatever it takes, so no two blobs read alike', () => {
    const start = fc.constantFrom(Buffer.of(1, 0), Buffer.of(1, 1));
    fc.assert(
      fc.property(start, fc.uint8Array({ minLength: 92, maxLength: 200 }), (first, rest) => {
        const parsed = parseBlob(Buffer.concat([first, rest]));
        expect(parsed && encodeHeader(parsed)).toEqual(parsed?.header);
        expect(parsed && Buffer.concat([parsed.header, parsed.sealed])).toEqual(Buffer.concat([first, rest]));
      }),
    );
  });

  it('never throws, and takes nothing but version 1 with a known kind of key id and room for a tag', () => {
    const start = fc.oneof(fc.uint8Array({ maxLength: 2 }), fc.constantFrom(Uint8Array.of(1, 0), Uint8Array.of(1, 1)));
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 120 }), (first, rest) => {
        const blob = Buffer.concat([first, rest]);
        const [version, kind] = blob;
        const takes = version === 1 && (kind === 0 || kind === 1) && blob.length >= 78 + 16;
        expect(parseBlob(blob) !== undefined).toBe(takes);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['no bytes', ''],
    ['text', Buffer.from('not a blob').toString('hex')],
    ['version 0', `0000${'00'.repeat(92)}`],
    ['version 2', `0200${'00'.repeat(92)}`],
    ['an unknown kind of key id', `0102${'00'.repeat(92)}`],
    ['a byte too few for a tag', `0100${'00'.repeat(91)}`],
  ])('answers undefined to %s', (_, hex) => {
    expect(parseBlob(Buffer.from(hex, 'hex'))).toBeUndefined();
  });

  it('takes plain byte arrays and views into larger ones', () => {
    const blob = Buffer.concat([encodeHeader(example), Buffer.alloc(16, 3)]);
    const view = Buffer.concat([Buffer.alloc(5), blob]).subarray(5);
    expect(parseBlob(Uint8Array.from(blob))?.KeyId).toBe(example.KeyId);
    expect(parseBlob(view)).toEqual(parseBlob(blob));
  });
});

it('imports nothing', () => {
  const source = readFileSync(new URL('../../../core/model/ciphertext-blob.ts', import.meta.url), 'utf8');
  expect(source).not.toMatch(/\bimport\b|\brequire\(/);
});
