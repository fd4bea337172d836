import { partitionOf } from '../../core/model/arn.ts';
import { customKeyStoreId, noCustomKeyStores, xksKeyId } from '../../core/model/custom-key-store.ts';
import { KmsError } from '../../core/model/errors.ts';
import { newKeyId } from '../../core/model/key-id.ts';
import { isImportable } from '../../core/model/key-import.ts';
import { keyMetadata } from '../../core/model/key-metadata.ts';
import { checkKeyPolicy, defaultKeyPolicy } from '../../core/model/key-policy.ts';
import { chooseKeySpec, customerMasterKeySpecs, keySpecNames, keyUsages, origins } from '../../core/model/key-specs.ts';
import { newKeyRecord } from '../../core/model/new-key-record.ts';
import { accountIn } from '../../core/model/quotas.ts';
import { flag, keyPolicy, list, oneOf, optional, refused, tag, text, withDefault } from '../../core/model/shapes.ts';
import { checkTags, mergeTags } from '../../core/model/tags.ts';
import { operation } from '../operation.ts';

const effectiveSpec = { firstOf: ['KeySpec', 'CustomerMasterKeySpec'], else: 'SYMMETRIC_DEFAULT' } as const;
const effectiveUsage = { firstOf: ['KeyUsage'], else: 'ENCRYPT_DECRYPT' } as const;

/** Makes a key, with its material unless that is to be imported. https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html */
export const createKey = operation({
  name: 'CreateKey',
  input: {
    Policy: optional(keyPolicy()),
    Description: withDefault(text({ min: 0, max: 8192 }), ''),
    KeyUsage: optional(oneOf(keyUsages)),
    CustomerMasterKeySpec: optional(oneOf(customerMasterKeySpecs)),
    KeySpec: optional(oneOf(keySpecNames)),
    Origin: withDefault(oneOf(origins), 'AWS_KMS'),
    CustomKeyStoreId: refused(customKeyStoreId(), noCustomKeyStores),
    BypassPolicyLockoutSafetyCheck: optional(flag()),
    Tags: optional(list(tag())),
    MultiRegion: optional(flag()),
    XksKeyId: refused(xksKeyId(), noCustomKeyStores),
  },
  conditions: {
    KeySpec: effectiveSpec,
    CustomerMasterKeySpec: effectiveSpec,
    KeyUsage: effectiveUsage,
    CustomerMasterKeyUsage: effectiveUsage,
    KeyOrigin: 'Origin',
    MultiRegion: { firstOf: ['MultiRegion'], else: 'false' },
    BypassPolicyLockoutSafetyCheck: { firstOf: ['BypassPolicyLockoutSafetyCheck'], else: 'false' },
  },
  permissions: {
    whenSent: { TagResource: 'Tags' },
    newPolicy: { from: 'Policy', bypass: 'BypassPolicyLockoutSafetyCheck' },
  },
  audit: {
    readOnly: false,
    fills: {
      KeyUsage: effectiveUsage,
      KeySpec: effectiveSpec,
      CustomerMasterKeySpec: { firstOf: ['CustomerMasterKeySpec', 'KeySpec'], else: effectiveSpec.else },
      MultiRegion: { firstOf: ['MultiRegion'], else: false },
      BypassPolicyLockoutSafetyCheck: { firstOf: ['BypassPolicyLockoutSafetyCheck'], else: false },
    },
    response: ['KeyMetadata'],
    makes: 'KeyMetadata',
  },
  uses: { keys: ['create', 'count'], material: 'make' },

  check(input, region) {
    const { KeySpec } = chooseKeySpec(input, region);
    if (input.Origin !== 'AWS_KMS' && input.Origin !== 'EXTERNAL') {
      throw new KmsError('UnsupportedOperationException', noCustomKeyStores);
    }
    if (input.Origin === 'EXTERNAL' && !isImportable(KeySpec)) {
      throw new KmsError('ValidationException', `KeySpec ${KeySpec} is not supported for Origin EXTERNAL`);
    }
    if (input.Policy !== undefined) checkKeyPolicy(input.Policy);
    checkTags(input.Tags ?? []);
  },

  async handle({ input, caller, region, now, random, stores, quotas, materials }) {
    const { accountId: AccountId } = caller;
    const { KeySpec, KeyUsage } = chooseKeySpec(input, region);
    const { Description, Origin, MultiRegion = false } = input;
    const KeyId = newKeyId(random(16), MultiRegion);
    const material = Origin === 'EXTERNAL' ? undefined : await materials.newMaterial({ AccountId, KeyId, KeySpec });
    const Policy = input.Policy ?? defaultKeyPolicy(AccountId, partitionOf(region));
    const Tags = mergeTags([], input.Tags ?? []);
    const facts = { Description, KeySpec, KeyUsage, Origin, MultiRegion, Policy, Tags };
    const record = newKeyRecord({ KeyId, AccountId, CreationDate: now, ...facts }, material?.KeyMaterialId);
    const count = (upTo: number) => stores.keys.count(AccountId, upTo, now);
    await quotas.within('keys', accountIn(region, AccountId), count, () => stores.keys.create(record, material));
    return { KeyMetadata: keyMetadata(record, region, now) };
  },
});
