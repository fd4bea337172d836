import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { keyId, type Members, type Shape } from '../core/model/shapes.ts';
import { everyOperation, isRequired } from './requests.ts';

/** AWS's model of its API, made from its SDKs. It lies beside the repository, since it is not ours. */
interface Model {
  readonly operations: Readonly<Record<string, ModelOperation>>;
}
interface ModelOperation {
  readonly input: ModelMembers;
  readonly paginated: object | null;
}
type ModelMembers = Readonly<Record<string, ModelShape & { readonly required: boolean }>>;
interface ModelShape {
  readonly type: 'string' | 'blob' | 'integer' | 'boolean' | 'list' | 'map' | 'structure' | 'timestamp';
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly member?: ModelShape;
  readonly members?: ModelMembers;
}

/** Where a declaration differs from the model on purpose: what the documentation says beyond it. */
const deliberate: Readonly<Record<string, string>> = {
  'Decapsulate.SharedSecretCiphertextBlob has another min': 'AWS publishes no bounds, and none would be no limit',
  'Decapsulate.SharedSecretCiphertextBlob has another max': 'AWS publishes no bounds, and none would be no limit',
  'Decrypt.CiphertextBlob is required':
    'documented as required except in a dry run with IGNORE_CIPHERTEXT, which the pipeline knows',
  'ReEncrypt.CiphertextBlob is required':
    'documented as required except in a dry run with IGNORE_CIPHERTEXT, which the pipeline knows',
};

const readModel = (): Model | undefined => {
  try {
    // The shape is the one described above, pinned by every comparison below.
    return JSON.parse(readFileSync(new URL('../../shared/kms-reference/model.json', import.meta.url), 'utf8')) as Model;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
};

const membersDiffer = (declared: Members, model: ModelMembers, path: string): string[] => {
  const names = new Set([...Object.keys(declared), ...Object.keys(model)]);
  return [...names].flatMap((name) => {
    const here = `${path}.${name}`;
    const [ours, theirs] = [declared[name], model[name]];
    if (ours === undefined) return [`${here} is missing`];
    if (theirs === undefined) return [`${here} is unknown to AWS`];
    const required =
      isRequired(ours) === theirs.required ? [] : [`${here} is ${theirs.required ? 'not ' : ''}required`];
    return [...required, ...shapesDiffer(ours, theirs, here)];
  });
};

const shapesDiffer = (ours: Shape, theirs: ModelShape, path: string): string[] => {
  if (ours.type !== theirs.type) return [`${path} is a ${ours.type}, not a ${theirs.type}`];
  const facts = factsOf(ours);
  // Of all that name a key the service wants ASCII, as its refusals tell; the model says nothing of it.
  if (ours.type === 'string' && ours.pattern === keyId().pattern && theirs.max === 2048) facts[2] = undefined;
  const expected = [theirs.min, theirs.max, theirs.pattern, theirs.enum && [...theirs.enum].sort()];
  const differing = ['min', 'max', 'pattern', 'values'].flatMap((fact, i) =>
    JSON.stringify(facts[i]) === JSON.stringify(expected[i]) ? [] : [`${path} has another ${fact}`],
  );
  if (ours.type === 'list' && theirs.member) differing.push(...shapesDiffer(ours.of, theirs.member, `${path}[]`));
  if (ours.type === 'structure') differing.push(...membersDiffer(ours.members, theirs.members ?? {}, path));
  return differing;
};

/** Bounds, pattern and values; the order of values means nothing, AWS's own is not stable. */
const factsOf = (shape: Shape): unknown[] => {
  const { min, max } = 'min' in shape || 'max' in shape ? shape : {};
  const { pattern, values } = shape.type === 'string' ? shape : {};
  return [min, max, pattern, values && [...values].sort()];
};

const model = readModel();
if (model === undefined) console.warn('SKIPPED, NOTHING PROVED: no model at ../shared/kms-reference/model.json');

describe.skipIf(model === undefined)('the declarations beside the model of AWS', () => {
  const modelOf = (name: string): ModelOperation => {
    const operation = model?.operations[name];
    if (operation === undefined) throw new Error(`AWS has no operation ${name}`);
    return operation;
  };

  it.each(everyOperation)('%s has the members, types, bounds, patterns and values of AWS', (name, { input }) => {
    const found = membersDiffer(input, modelOf(name).input, name);
    expect(found.filter((difference) => !(difference in deliberate))).toEqual([]);
  });

  it.each(everyOperation)('%s is paginated if AWS says so', (name, { page }) => {
    expect(page !== undefined).toBe(modelOf(name).paginated !== null);
  });

  it.each(Object.entries(deliberate))('differs still: %s, since it is %s', (difference) => {
    const found = everyOperation.flatMap(([name, { input }]) => membersDiffer(input, modelOf(name).input, name));
    expect(found).toContain(difference);
  });
});

describe('the rules that the model does not know', () => {
  const operation = (wanted: string) => everyOperation.find(([name]) => name === wanted)?.[1];

  it.each([
    ['ListKeys', 100, 1000],
    ['ListAliases', 50, 100],
  ])('%s gives pages of %i, of %i at most', (name, defaultLimit, maxLimit) => {
    expect(operation(name)?.page).toEqual({ defaultLimit, maxLimit });
  });

  it.each([
    ['Encrypt', 'EncryptionAlgorithm', 'SYMMETRIC_DEFAULT'],
    ['Decrypt', 'EncryptionAlgorithm', 'SYMMETRIC_DEFAULT'],
    ['ReEncrypt', 'SourceEncryptionAlgorithm', 'SYMMETRIC_DEFAULT'],
    ['ReEncrypt', 'DestinationEncryptionAlgorithm', 'SYMMETRIC_DEFAULT'],
    ['Sign', 'MessageType', 'RAW'],
    ['Verify', 'MessageType', 'RAW'],
    ['CreateKey', 'Origin', 'AWS_KMS'],
    ['CreateKey', 'Description', ''],
    ['ScheduleKeyDeletion', 'PendingWindowInDays', 30],
  ])('%s takes for %s, when it is not sent, %j', (name, member, value) => {
    expect(operation(name)?.input[member]).toMatchObject({ default: value });
  });
});
