import { partitionOf } from '../../core/model/arn.ts';
import { KmsError } from '../../core/model/errors.ts';
import { expiryOf } from '../../core/model/key-materials.ts';
import { keyMetadata } from '../../core/model/key-metadata.ts';
import { checkKeyPolicy, defaultKeyPolicy, shownKeyPolicy } from '../../core/model/key-policy.ts';
import { isKnownRegion } from '../../core/model/regions.ts';
import { flag, keyId, keyPolicy, list, optional, regionName, tag, text, withDefault } from '../../core/model/shapes.ts';
import { checkTags, mergeTags } from '../../core/model/tags.ts';
import { operation } from '../operation.ts';

/** Makes a replica of a multi-Region key in another Region. https://docs.aws.amazon.com/kms/latest/APIReference/API_ReplicateKey.html */
export const replicateKey = operation({
  name: 'ReplicateKey',
  input: {
    KeyId: keyId(),
    ReplicaRegion: regionName(),
    Policy: optional(keyPolicy()),
    BypassPolicyLockoutSafetyCheck: optional(flag()),
    Description: withDefault(text({ min: 0, max: 8192 }), ''),
    Tags: optional(list(tag())),
  },
  key: { from: 'KeyId', manager: 'CUSTOMER', multiRegion: 'primary', states: ['Enabled'] },
  conditions: { ReplicaRegion: 'ReplicaRegion' },
  permissions: {
    region: 'ReplicaRegion',
    whenSent: { CreateKey: 'ReplicaRegion', TagResource: 'Tags' },
    newPolicy: { from: 'Policy', bypass: 'BypassPolicyLockoutSafetyCheck' },
  },
  audit: {
    readOnly: false,
    fills: { BypassPolicyLockoutSafetyCheck: { firstOf: ['BypassPolicyLockoutSafetyCheck'], else: false } },
    response: ['ReplicaKeyMetadata', 'ReplicaPolicy'],
    also: { in: 'ReplicaRegion', created: { eventName: 'CreateKey', metadata: 'ReplicaKeyMetadata' } },
  },
  uses: { regions: 'make' },

  check({ ReplicaRegion, Policy, Tags }, region) {
    if (!isKnownRegion(ReplicaRegion)) {
      const message = `Region ${ReplicaRegion} is not a valid Region or multi-Region keys are not supported in Region ${ReplicaRegion}.`;
      throw new KmsError('ValidationException', message);
    }
    if (partitionOf(ReplicaRegion) !== partitionOf(region)) {
      const message = 'The replica key Region must be in the same AWS partition as the primary key Region.';
      throw new KmsError('ValidationException', message);
    }
    if (Policy !== undefined) checkKeyPolicy(Policy);
    checkTags(Tags ?? []);
  },

  async handle({ input, key: { record }, region, now, related }) {
    const { ReplicaRegion, Description, Policy: sent } = input;
    if (ReplicaRegion === region) {
      throw new KmsError('ValidationException', `${region} cannot have a replica because it contains the primary.`);
    }
    const Policy = sent ?? defaultKeyPolicy(record.AccountId, partitionOf(region));
    const Tags = mergeTags([], input.Tags ?? []);
    const replica = await related.replicate(record, ReplicaRegion, { Description, Policy, Tags });
    // While it is made it shows the expiration of the primary's material, which it then has to import itself.
    const ReplicaKeyMetadata = { ...keyMetadata(replica, ReplicaRegion, now), ...expiryOf(record, now) };
    // AWS leaves out the list where there are no tags.
    return { ReplicaKeyMetadata, ReplicaPolicy: shownKeyPolicy(Policy), ...(Tags.length > 0 && { ReplicaTags: Tags }) };
  },
});
