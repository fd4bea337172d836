import { parseBlob } from '../../core/model/ciphertext-blob.ts';
import { KmsError } from '../../core/model/errors.ts';
import { algorithmsOf, specOf } from '../../core/model/key-specs.ts';
import { refuseOrigin, refuseRole, refuseState } from '../../core/model/key-states.ts';
import type { KeyTarget } from '../operation.ts';
import { type Call, callerOf, type FoundKey } from './call.ts';
import { ignoresCiphertext } from './dry-run.ts';
import type { Runtime } from './ports.ts';

/** Whether the keys can do it: their origin, role, state, type, usage and algorithms, as the operation declares. */
export const checkKey = (runtime: Pick<Runtime, 'log'>) => ({
  before: ({ event: call }: { event: Call }) => {
    for (const [name, target] of Object.entries(call.operation.keys)) {
      const key = call.keys[name];
      if (key === undefined) continue;
      const refusal =
        (target.origins && refuseOrigin(key.Arn, key.record.Origin, target.origins)) ??
        (target.multiRegion && refuseRole(key.Arn, key.record, target.multiRegion)) ??
        refuseWrongState(runtime, call, target, key) ??
        refuseType(call, target, key) ??
        refuseOtherKeysCiphertext(call, target, key) ??
        refuseUsage(call, target, key) ??
        refuseAlgorithm(call, target, key);
      if (refusal) throw refusal;
    }
  },
});

/** Who still uses a key that is about to be deleted will lose what it encrypts: its owner should know in time. */
const refuseWrongState = ({ log }: Pick<Runtime, 'log'>, call: Call, target: KeyTarget, key: FoundKey) => {
  const { Arn, state } = key;
  const refusal = target.states && refuseState(Arn, state, target.states);
  if (refusal && target.usage && (state === 'PendingDeletion' || state === 'PendingReplicaDeletion')) {
    log({
      level: 'warn',
      message: 'a key that is about to be deleted was called for',
      requestId: call.request.requestId,
      caller: callerOf(call).arn,
      action: `kms:${target.permission ?? call.operation.name}`,
      resource: Arn,
      metric: ['PendingDeletionKeyUse', 1],
    });
  }
  return refusal;
};

const refuseType = ({ operation }: Call, { type }: KeyTarget, { Arn, record }: FoundKey) => {
  if (type === undefined || specOf(record.KeySpec).type === type) return undefined;
  const message = `${Arn} key spec is ${record.KeySpec} which is not valid for ${operation.name}.`;
  // AWS gives no message where it wants a symmetric key.
  return new KmsError('UnsupportedOperationException', type === 'symmetric' ? '' : message);
};

/** The algorithm by which a call uses the key of a target. */
export const algorithmFor = ({ input }: Call, { algorithm }: KeyTarget): unknown =>
  typeof algorithm === 'object' ? algorithm.is : algorithm && input[algorithm];

/** Comes before the usage: a key that did not make the ciphertext is the wrong key, whatever it is for. */
const refuseOtherKeysCiphertext = (call: Call, target: KeyTarget, { record }: FoundKey) => {
  const ciphertext = target.orIn && call.input[target.orIn];
  if (!Buffer.isBuffer(ciphertext) || ignoresCiphertext(call.input)) return undefined;
  if (algorithmFor(call, target) !== 'SYMMETRIC_DEFAULT') return undefined;
  const blob = parseBlob(ciphertext);
  if (blob === undefined || blob.KeyId === record.KeyId) return undefined;
  return new KmsError(
    'IncorrectKeyException',
    'The key ID in the request does not identify a CMK that can perform this operation.',
  );
};

const refuseUsage = ({ operation }: Call, { usage }: KeyTarget, { Arn, record }: FoundKey) =>
  usage === undefined || record.KeyUsage === usage
    ? undefined
    : new KmsError(
        'InvalidKeyUsageException',
        `${Arn} key usage is ${record.KeyUsage} which is not valid for ${operation.name}.`,
      );

const refuseAlgorithm = (call: Call, target: KeyTarget, { record }: FoundKey) => {
  const algorithm = algorithmFor(call, target);
  if (typeof algorithm !== 'string' || algorithmsOf(record.KeySpec, record.KeyUsage).includes(algorithm)) {
    return undefined;
  }
  return new KmsError(
    'InvalidKeyUsageException',
    `Algorithm ${algorithm} is incompatible with key spec ${record.KeySpec}.`,
  );
};
