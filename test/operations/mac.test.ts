import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newService, type Service } from '../service.ts';

let kms: Service;
const keys = new Map<string, { KeyId: string; Arn: string }>();
beforeAll(async () => {
  kms = await newService();
  for (const bits of [224, 256, 384, 512]) {
    const KeySpec = `HMAC_${bits}`;
    keys.set(KeySpec, await kms.newKey({ KeySpec, KeyUsage: 'GENERATE_VERIFY_MAC' }));
  }
});
afterAll(() => kms.close());

const keyOf = (KeySpec: string) => {
  const key = keys.get(KeySpec);
  if (key === undefined) throw new Error(`no key ${KeySpec}`);
  return key;
};

describe.each([
  ['HMAC_SHA_224', 'HMAC_224', 28],
  ['HMAC_SHA_256', 'HMAC_256', 32],
  ['HMAC_SHA_384', 'HMAC_384', 48],
  ['HMAC_SHA_512', 'HMAC_512', 64],
] as const)('%s with %s', (MacAlgorithm, KeySpec, length) => {
  const Message = randomBytes(4096);
  const call = (name: 'GenerateMac' | 'VerifyMac', parameters: object) =>
    kms.call(name, { KeyId: keyOf(KeySpec).KeyId, MacAlgorithm, Message, ...parameters });

  it(`makes the same ${length} bytes each time, which VerifyMac accepts`, async () => {
    const { Arn: KeyId } = keyOf(KeySpec);
    const { Mac, ...rest } = await call('GenerateMac', {});
    expect(rest).toEqual({ status: 200, requestId: rest.requestId, KeyId, MacAlgorithm });
    expect(Buffer.from(Mac, 'base64')).toHaveLength(length);
    expect((await call('GenerateMac', {})).Mac).toBe(Mac);
    const verified = await call('VerifyMac', { Mac });
    expect(verified).toEqual({ status: 200, requestId: verified.requestId, KeyId, MacValid: true, MacAlgorithm });
  });

  it('refuses any other MAC, without saying more', async () => {
    const mac = Buffer.from((await call('GenerateMac', {})).Mac, 'base64');
    const flipped = Buffer.from(mac);
    flipped[0] = (flipped[0] ?? 0) ^ 1;
    const others = [
      flipped,
      mac.subarray(1),
      mac.subarray(0, 16),
      Buffer.concat([mac, Buffer.of(0)]),
      randomBytes(6144),
    ];
    for (const Mac of others) {
      const refused = await call('VerifyMac', { Mac });
      expect(refused).toEqual({ status: 400, requestId: refused.requestId, __type: 'KMSInvalidMacException' });
    }
    const refused = await call('VerifyMac', { Mac: mac, Message: Message.subarray(1) });
    expect(refused).toMatchObject({ __type: 'KMSInvalidMacException' });
  });

  it('makes another MAC with another key', async () => {
    const other = await kms.newKey({ KeySpec, KeyUsage: 'GENERATE_VERIFY_MAC' });
    const { Mac } = await call('GenerateMac', { KeyId: other.KeyId });
    expect(await call('VerifyMac', { Mac })).toMatchObject({ __type: 'KMSInvalidMacException' });
  });

  it.each(['GenerateMac', 'VerifyMac'] as const)(
    'is the only algorithm that %s takes with such a key',
    async (name) => {
      for (const other of ['HMAC_SHA_224', 'HMAC_SHA_256', 'HMAC_SHA_384', 'HMAC_SHA_512']) {
        if (other === MacAlgorithm) continue;
        const message = `Algorithm ${other} is incompatible with key spec ${KeySpec}.`;
        expect(await call(name, { MacAlgorithm: other, Mac: Buffer.of(1) })).toMatchObject({
          status: 400,
          __type: 'InvalidKeyUsageException',
          message,
        });
      }
    },
  );
});

it('tells the algorithms there are in the order of AWS', async () => {
  const { KeyId } = keyOf('HMAC_256');
  const parameters = { KeyId, Message: Buffer.of(1), MacAlgorithm: 'INVALID' };
  expect(await kms.call('GenerateMac', parameters)).toMatchObject({
    __type: 'ValidationException',
    message:
      "1 validation error detected: Value 'INVALID' at 'macAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: [HMAC_SHA_384, HMAC_SHA_256, HMAC_SHA_224, HMAC_SHA_512]",
  });
});
