import { expect, it } from 'vitest';
import { blob, keyId, optional } from '../core/model/shapes.ts';
import { operation } from '../lambdas/operation.ts';

/** Promises of the compiler: each line below that must not compile says so, and fails the type check when it does. */
it('types a declaration so that an operation can touch only what it declares', () => {
  const declared = operation({
    name: 'Example',
    input: { KeyId: keyId(), Blob: blob({ min: 1, max: 2 }), Other: optional(keyId()) },
    key: { from: 'KeyId' },
    keys: { other: { from: 'Other' } },
    audit: { readOnly: true },
    uses: { keys: ['get'] },

    async handle({ input, key, other, stores }) {
      const id: string = input.KeyId;
      const bytes: Buffer = input.Blob;
      // @ts-expect-error an optional member may be absent
      const maybe: string = input.Other;
      // @ts-expect-error an optional key may be absent
      const found: string = other.Arn;
      // @ts-expect-error a table that is not declared is not there
      void stores.aliases;
      // @ts-expect-error a function that is not declared is not there
      void stores.keys.update;
      // @ts-expect-error without `material: 'use'` a key cannot encrypt
      void key.encrypt;
      return { id, bytes, maybe, found };
    },
  });
  expect(Object.keys(declared.keys)).toEqual(['key', 'other']);

  operation({
    name: 'Example',
    input: { KeyId: keyId(), Region: keyId() },
    key: { from: 'KeyId' },
    keys: { replica: { from: 'KeyId', region: 'Region' } },
    audit: { readOnly: false },
    uses: { regions: 'write' },

    async handle({ key, replica, related }) {
      await related.update(key.record, {});
      // @ts-expect-error there may be no related key in that Region
      return { Arn: replica.Arn };
    },
  });

  operation({
    name: 'Example',
    input: { KeyId: keyId() },
    key: { from: 'KeyId' },
    audit: { readOnly: false },
    uses: { keys: ['update'] },
    // @ts-expect-error without `regions: 'write'` nothing reaches other Regions
    handle: async ({ related }) => ({ related }),
  });

  operation({
    name: 'Example',
    input: { KeyId: keyId() },
    // @ts-expect-error a target must name a member of the input
    key: { from: 'Keyid' },
    audit: { readOnly: true },
    handle: async () => undefined,
  });

  operation({
    name: 'Example',
    input: { KeyId: keyId() },
    // @ts-expect-error a condition must be a member of the input
    conditions: ['Nothing'],
    audit: { readOnly: true },
    // @ts-expect-error nothing is paginated unless declared
    handle: async ({ page }) => ({ page }),
  });
});
