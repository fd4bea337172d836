import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { defaultKeyPolicy } from '../core/model/key-policy.ts';
import { type KeyRecord, type KeyState, keyStates } from '../core/model/key-record.ts';
import { algorithmsOf, type KeyUsage } from '../core/model/key-specs.ts';
import type { Members, Shape, TextShape } from '../core/model/shapes.ts';
import type { KeyTarget, Operation } from '../lambdas/operation.ts';
import { type OperationName, operations } from '../lambdas/operations/index.ts';
import { bringing } from './importing.ts';
import type { Answer, Service } from './service.ts';

export type Parameters = Readonly<Record<string, unknown>>;

/** The registry as tests walk it: a row for `describe.each`, so that each operation is named in its title. */
export const everyOperation: readonly (readonly [OperationName, Operation<OperationName>])[] = operations.map(
  (operation) => [operation.name, operation],
);

export const isRequired = (shape: Shape): boolean => !shape.optional && !('default' in shape);

/** A value within the bounds of a shape; bytes are random, so that a trace of them is told from anything else. */
export const sample = (shape: Shape): unknown => {
  switch (shape.type) {
    case 'string':
      return shape.values?.[0] ?? sampleText(shape);
    case 'blob':
      return randomBytes(Math.min(shape.max, Math.max(shape.min, 24)));
    case 'integer':
      return shape.min;
    case 'boolean':
      return true;
    case 'timestamp':
      return 1_800_000_000;
    case 'list':
      return [sample(shape.of)];
    case 'map':
      return { purpose: 'test' };
    case 'structure':
      return samples(shape.members);
  }
};

/** Where replicas are made. */
export const replicaRegion = 'eu-west-1';

/** Texts that between them satisfy every pattern there is. */
const sampleText = ({ min = 1, pattern = '' }: TextShape): string => {
  const length = Math.max(min, 1);
  const texts = ['a'.repeat(length), 'A'.repeat(length), 'lab.kms.example.com', replicaRegion];
  return texts.find((text) => new RegExp(`^(?:${pattern || '.*'})$`).test(text)) ?? 'a';
};

/** What a request that is right in every way is answered with. */
export const outcomeOf = ({ refused }: Operation) =>
  refused === undefined ? { status: 200 } : { status: 400, __type: 'UnsupportedOperationException', message: refused };

/** A value for each required member. */
export const samples = (members: Members): Parameters =>
  Object.fromEntries(
    Object.entries(members).flatMap(([name, shape]) => (isRequired(shape) ? [[name, sample(shape)]] : [])),
  );

const quickest = {
  ENCRYPT_DECRYPT: undefined,
  SIGN_VERIFY: 'ECC_NIST_P256',
  GENERATE_VERIFY_MAC: 'HMAC_256',
  KEY_AGREEMENT: 'ECC_NIST_P256',
  ENCAPSULATE_DECAPSULATE: 'ML_KEM_512',
} as const satisfies Record<KeyUsage, string | undefined>;

/** What CreateKey needs for a key of each usage: the spec that is quickest to make. */
export const creationFor = (usage: KeyUsage, KeySpec?: string): Parameters => {
  const spec = KeySpec ?? quickest[usage];
  return spec === undefined ? {} : { KeySpec: spec, KeyUsage: usage };
};

const creationOf = ({ usage, type, origins, multiRegion }: KeyTarget): Parameters => ({
  ...(multiRegion?.startsWith('primary') && { MultiRegion: true }),
  ...(type === 'asymmetric' ? creationFor('SIGN_VERIFY') : creationFor(usage ?? 'ENCRYPT_DECRYPT')),
  ...(origins && { Origin: origins[0] }),
});

/** Puts a key in any state, also those that no operation reaches from where it is. */
export const putInState = async (
  kms: Pick<Service, 'stores' | 'now'>,
  KeyId: string,
  KeyState: KeyState,
): Promise<void> => {
  const record = await kms.stores.keys.get(KeyId);
  if (record === undefined) throw new Error(`no key ${KeyId}`);
  const inAWeek = new Date(kms.now().getTime() + 7 * 86_400_000);
  const plain = { passing: undefined, DeletionDate: undefined, PendingDeletionWindowInDays: undefined };
  await kms.stores.keys.update(record, { ...plain, ...changeInto(KeyState, inAWeek, record) });
};

const changeInto = (KeyState: KeyState, later: Date, { related }: KeyRecord): Partial<KeyRecord> => {
  switch (KeyState) {
    case 'Creating':
    case 'Updating':
      return { KeyState: 'Enabled', passing: { KeyState, until: later } };
    case 'PendingDeletion':
      return { KeyState, DeletionDate: later };
    case 'PendingReplicaDeletion': {
      const replicas = [{ Region: replicaRegion }];
      return { KeyState: 'PendingDeletion', PendingDeletionWindowInDays: 7, related: related ?? { replicas } };
    }
    default:
      return { KeyState };
  }
};

export const acceptedBy = ({ states = keyStates }: KeyTarget): readonly KeyState[] => states;

let count = 0;
export const freshAlias = (): string => {
  count += 1;
  return `alias/fresh-${count}`;
};

type Maker = (kms: Service, parameters: Parameters) => Promise<Parameters> | Parameters;

const answered = async (answer: Promise<Answer>, member: string): Promise<Buffer> => {
  const value: unknown = (await answer)[member];
  if (typeof value !== 'string') throw new Error(`the answer has no ${member}`);
  return Buffer.from(value, 'base64');
};

/** What a declaration cannot say of a request that succeeds. */
const beyondDeclaration: { readonly [Name in OperationName]?: Maker } = {
  CreateAlias: () => ({ AliasName: freshAlias() }),
  CreateGrant: () => ({ GranteePrincipal: 'arn:aws:iam::111122223333:user/alice', Operations: ['Encrypt'] }),
  Decapsulate: async (kms, { KeyId, EncapsulationAlgorithm }) => ({
    SharedSecretCiphertextBlob: await answered(
      kms.call('Encapsulate', { KeyId, EncapsulationAlgorithm }),
      'SharedSecretCiphertextBlob',
    ),
  }),
  Decrypt: async (kms, { KeyId }) => ({
    CiphertextBlob: await answered(kms.call('Encrypt', { KeyId, Plaintext: randomBytes(24) }), 'CiphertextBlob'),
  }),
  DeriveSharedSecret: () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return { PublicKey: publicKey.export({ format: 'der', type: 'spki' }) };
  },
  EnableKeyRotation: () => ({ RotationPeriodInDays: 90 }),
  GenerateDataKey: () => ({ KeySpec: 'AES_256' }),
  GenerateDataKeyPair: () => ({ KeyPairSpec: 'ECC_NIST_P256' }),
  GenerateDataKeyPairWithoutPlaintext: () => ({ KeyPairSpec: 'ECC_NIST_P256' }),
  GenerateDataKeyWithoutPlaintext: () => ({ NumberOfBytes: 24 }),
  GenerateRandom: () => ({ NumberOfBytes: 24 }),
  GetParametersForImport: () => ({ WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' }),
  ImportKeyMaterial: async (kms, { KeyId }) => ({
    ...(await bringing(kms, KeyId, randomBytes(32))),
    ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
  }),
  ReEncrypt: async (kms, { SourceKeyId: KeyId }) => ({
    CiphertextBlob: await answered(kms.call('Encrypt', { KeyId, Plaintext: randomBytes(24) }), 'CiphertextBlob'),
  }),
  ListRetirableGrants: () => ({ RetiringPrincipal: 'arn:aws:iam::111122223333:user/alice' }),
  PutKeyPolicy: () => ({ Policy: defaultKeyPolicy('111122223333', 'aws') }),
  RetireGrant: async (kms, { KeyId }) => {
    const grant = { KeyId, GranteePrincipal: 'arn:aws:iam::111122223333:user/alice', Operations: ['Encrypt'] };
    return { GrantId: (await kms.call('CreateGrant', grant)).GrantId };
  },
  RevokeGrant: async (kms, { KeyId }) => {
    const grant = { KeyId, GranteePrincipal: 'arn:aws:iam::111122223333:user/alice', Operations: ['Encrypt'] };
    return { GrantId: (await kms.call('CreateGrant', grant)).GrantId };
  },
  ScheduleKeyDeletion: () => ({ PendingWindowInDays: 7 }),
  Verify: async (kms, { KeyId, Message, SigningAlgorithm }) => ({
    Signature: await answered(kms.call('Sign', { KeyId, Message, SigningAlgorithm }), 'Signature'),
  }),
  VerifyMac: async (kms, { KeyId, Message, MacAlgorithm }) => ({
    Mac: await answered(kms.call('GenerateMac', { KeyId, Message, MacAlgorithm }), 'Mac'),
  }),
};

export interface ValidRequest {
  readonly parameters: Parameters;
  /** By the names of the operation's targets: a key of its own for each. */
  readonly keys: Readonly<Record<string, { readonly KeyId: string; readonly Arn: string }>>;
}

/** A request that succeeds, made from the declaration, with fresh keys in a state the operation accepts. */
export const validRequest = async (kms: Service, operation: Operation<OperationName>): Promise<ValidRequest> => {
  const keys: Record<string, { KeyId: string; Arn: string }> = {};
  let parameters = samples(operation.input);
  for (const [name, target] of Object.entries(operation.keys)) {
    if (target.region !== undefined) {
      keys[name] = await replicate(kms, keys.key?.KeyId ?? '');
      parameters = { ...parameters, [target.region]: replicaRegion };
      continue;
    }
    const creation = creationOf(target);
    const key = await kms.newKey(creation);
    keys[name] = key;
    parameters = { ...parameters, ...(await naming(kms, target, key.KeyId)) };
    const record = await kms.stores.keys.get(key.KeyId);
    if (typeof target.algorithm === 'string' && record !== undefined) {
      parameters = { ...parameters, [target.algorithm]: algorithmsOf(record.KeySpec, record.KeyUsage)[0] };
    }
  }
  parameters = { ...parameters, ...(await beyondDeclaration[operation.name]?.(kms, parameters)) };
  for (const [name, target] of Object.entries(operation.keys)) {
    const [state = 'Enabled'] = acceptedBy(target);
    if (state !== 'Enabled' && target.region === undefined) await putInState(kms, keys[name]?.KeyId ?? '', state);
  }
  kms.audited.length = 0;
  return { parameters, keys };
};

/** A replica that is ready for use. */
export const replicate = async (kms: Service, KeyId: string): Promise<{ KeyId: string; Arn: string }> => {
  const { ReplicaKeyMetadata, message } = await kms.call('ReplicateKey', { KeyId, ReplicaRegion: replicaRegion });
  if (ReplicaKeyMetadata === undefined) throw new Error(`ReplicateKey answered ${message}`);
  const { stores } = await kms.inRegion(replicaRegion);
  const record = await stores.keys.get(KeyId);
  if (record) await stores.keys.update(record, { passing: undefined });
  return { KeyId, Arn: ReplicaKeyMetadata.Arn };
};

const naming = async (kms: Service, { from, byAlias }: KeyTarget, TargetKeyId: string): Promise<Parameters> => {
  if (byAlias !== 'only') return { [from]: TargetKeyId };
  const AliasName = freshAlias();
  await kms.call('CreateAlias', { AliasName, TargetKeyId });
  return { [from]: AliasName };
};
