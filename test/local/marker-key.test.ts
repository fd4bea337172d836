import { expect, it } from 'vitest';
import { markerKey } from '../../local/marker-key.ts';

const root = { version: 1, key: Buffer.alloc(32, 7) };

it('is always the same of a root key, and not the root key', () => {
  expect(markerKey(root)).toEqual(markerKey({ ...root }));
  // HKDF-SHA-256 (RFC 5869) without salt; info "serverless-kms pagination marker v1"
  expect(markerKey(root).toString('hex')).toBe('94be4d4e13c66da77023d26b84990265baad8a9e1b84a39497eee0ce62bb3039');
  expect(markerKey(root)).not.toEqual(markerKey({ version: 1, key: Buffer.alloc(32, 8) }));
});
