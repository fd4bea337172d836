import { algorithmMembers, algorithmsOf } from '../../core/model/key-specs.ts';
import { grantTokens, keyId } from '../../core/model/shapes.ts';
import { operation } from '../operation.ts';

/** The public key as DER SubjectPublicKeyInfo. https://docs.aws.amazon.com/kms/latest/APIReference/API_GetPublicKey.html */
export const getPublicKey = operation({
  name: 'GetPublicKey',
  input: { KeyId: keyId(), GrantTokens: grantTokens() },
  key: {
    from: 'KeyId',
    byAlias: 'too',
    type: 'asymmetric',
    states: ['Enabled', 'Disabled', 'Updating'],
  },
  audit: { readOnly: true },
  uses: { material: 'use' },

  async handle({ key }) {
    const { KeySpec, KeyUsage } = key.record;
    return {
      KeyId: key.Arn,
      PublicKey: await key.publicKey(),
      CustomerMasterKeySpec: KeySpec,
      KeySpec,
      KeyUsage,
      [algorithmMembers[KeyUsage]]: algorithmsOf(KeySpec, KeyUsage),
    };
  },
});
