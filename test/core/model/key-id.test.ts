import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { parseKeyIdentifier } from '../../../core/model/arn.ts';
import { newKeyId } from '../../../core/model/key-id.ts';

const uuid4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

it.each([
  ['00'.repeat(16), '00000000-0000-4000-8000-000000000000'],
  ['ff'.repeat(16), 'ffffffff-ffff-4fff-bfff-ffffffffffff'],
  ['00112233445566778899aabbccddeeff', '00112233-4455-4677-8899-aabbccddeeff'],
])('makes a version 4 UUID of the bytes %s', (bytes, id) => {
  expect(newKeyId(Buffer.from(bytes, 'hex'), false)).toBe(id);
});

it('makes mrk- and all the bytes for a multi-Region key', () => {
  const bytes = '00112233445566778899aabbccddeeff';
  expect(newKeyId(Buffer.from(bytes, 'hex'), true)).toBe(`mrk-${bytes}`);
});

it('makes ids that requests can name', () => {
  for (let i = 0; i < 200; i += 1) {
    const KeyId = newKeyId(randomBytes(16), false);
    expect(KeyId).toMatch(uuid4);
    expect(parseKeyIdentifier(KeyId)).toEqual({ kind: 'key', KeyId });
    const multiRegion = newKeyId(randomBytes(16), true);
    expect(parseKeyIdentifier(multiRegion)).toEqual({ kind: 'key', KeyId: multiRegion });
  }
});
