import { parseBlob } from '../../core/model/ciphertext-blob.ts';
import { entriesOf } from '../../core/model/entries.ts';
import { KmsError } from '../../core/model/errors.ts';
import { algorithmsOf, specOf } from '../../core/model/key-specs.ts';
import { refuseOrigin, refuseRole, refuseState } from '../../core/model/key-states.ts';
import type { KeyTarget } from '../operation.ts';
import { type Call, callerOf, type FoundKey } from './call.ts';
import { ignoresCiphertext } from './dry-run.ts';
import type { Runtime } from './ports.ts';
import { incorrectKey } from './refusals.ts';

/**
 * Whether the keys can do it: their origin, role, usage, state, type and algorithms, as the operation declares, in the
 * order in which AWS was seen to judge them.
 */
export const checkKey = (runtime: Pick<Runtime, 'log'>, call: Call): void => {
  for (const [name, target] of entriesOf(call.operation.keys)) {
    const key = call.keys[name];
    if (key === undefined) continue;
    const refusal =
      (target.origins && refuseOrigin(key.Arn, key.record.Origin, target.origins)) ??
      (target.multiRegion && refuseRole(key.Arn, key.record, target.multiRegion, call.operation.name)) ??
      refuseCiphertext(call, target, key) ??
      refuseUsage(call, target, key) ??
      refuseWrongState(runtime, call, target, key) ??
      refuseType(target, key) ??
      refuseAlgorithm(call, target, key);
    if (refusal) throw refusal;
  }
};

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

/** AWS gives no message here. */
const refuseType = ({ type }: KeyTarget, { record }: FoundKey) =>
  type === undefined || specOf(record.KeySpec).type === type
    ? undefined
    : new KmsError('UnsupportedOperationException');

/** The algorithm by which a call uses the key of a target. */
export const algorithmFor = ({ input }: Call, { algorithm }: KeyTarget): unknown =>
  typeof algorithm === 'object' ? algorithm.is : algorithm && input[algorithm];

/**
 * Comes first of what the key can do: a key that did not make the ciphertext is the wrong key, whatever it is for and
 * whatever state it is in, and what no key can have made is no ciphertext of this one either.
 */
const refuseCiphertext = (call: Call, target: KeyTarget, { record }: FoundKey) => {
  const ciphertext = namingCiphertext(call, target);
  if (ciphertext === undefined) return undefined;
  const blob = parseBlob(ciphertext);
  if (blob === undefined) return new KmsError('InvalidCiphertextException');
  return blob.KeyId === record.KeyId ? undefined : incorrectKey();
};

/** The ciphertext that names the key of a target, if it is one that does: only those under symmetric keys do. */
export const namingCiphertext = (call: Call, target: KeyTarget): Buffer | undefined => {
  const ciphertext = target.orIn && call.input[target.orIn];
  const names = algorithmFor(call, target) === 'SYMMETRIC_DEFAULT' && !ignoresCiphertext(call.input);
  return names && Buffer.isBuffer(ciphertext) ? ciphertext : undefined;
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
  const asAws = typeof target.algorithm === 'object' ? target.algorithm.orSay : undefined;
  const message = asAws ?? `Algorithm ${algorithm} is incompatible with key spec ${record.KeySpec}.`;
  return new KmsError('InvalidKeyUsageException', message);
};
