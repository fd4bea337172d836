import { createECDH, randomBytes } from 'node:crypto';
import { fromBER } from 'asn1js';
import fc from 'fast-check';
import { ContentInfo, EnvelopedData } from 'pkijs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { OperationName } from '../../lambdas/operations/index.ts';
import { newRecipients } from '../../lambdas/recipients.ts';
import { newDocument, newTestAuthority, pcrOf, recipientKeys, type TestAuthority } from '../attestation.ts';
import { everyOperation, type Parameters, validRequest } from '../requests.ts';
import { accountId, allowed, newService, type Service, userOf } from '../service.ts';

let kms: Service;
let authority: TestAuthority;
let AttestationDocument: Buffer;
const KeyEncryptionAlgorithm = 'RSAES_OAEP_SHA_256';
beforeAll(async () => {
  authority = await newTestAuthority();
  kms = await newService({ recipients: newRecipients(authority.root.pem, randomBytes) });
  AttestationDocument = await newDocument(authority);
});
afterAll(() => kms.close());
// Whatever a caller sends, it is never our fault.
afterEach(() => expect(kms.logged).toEqual([]));

const attested = everyOperation.filter(([, { recipient }]) => recipient);
const operationOf = (name: OperationName) => {
  const found = everyOperation.find(([each]) => each === name);
  if (found === undefined) throw new Error(`no operation ${name}`);
  return found[1];
};
const requestFor = async (name: OperationName): Promise<Parameters> =>
  (await validRequest(kms, operationOf(name))).parameters;

const open = async (CiphertextForRecipient: string): Promise<Buffer> => {
  const info = new ContentInfo({ schema: fromBER(Buffer.from(CiphertextForRecipient, 'base64')).result });
  const key = recipientKeys.privateKey.export({ format: 'der', type: 'pkcs8' });
  const enveloped = new EnvelopedData({ schema: info.content });
  return Buffer.from(await enveloped.decrypt(0, { recipientPrivateKey: new Uint8Array(key).buffer }));
};

it('is there for the operations that AWS has it for', () => {
  expect(attested.map(([name]) => name)).toEqual([
    'Decrypt',
    'DeriveSharedSecret',
    'GenerateDataKey',
    'GenerateDataKeyPair',
    'GenerateRandom',
  ]);
});

describe.each(attested)('%s with a recipient', (name, { recipient: { replaces, omits = [] } = { replaces: '' } }) => {
  const Recipient = () => ({ KeyEncryptionAlgorithm, AttestationDocument });

  it('tells the secret to the recipient alone, and everything else as ever', async () => {
    const parameters = await requestFor(name);
    const plain = await kms.call(name, parameters);
    const answer = await kms.call(name, { ...parameters, Recipient: Recipient() });
    expect(answer.status).toBe(200);
    const members = Object.keys(plain).filter((member) => member !== replaces && !omits.includes(member));
    expect(Object.keys(answer).toSorted()).toEqual([...members, 'CiphertextForRecipient'].toSorted());
    const secret = await open(answer.CiphertextForRecipient);
    expect(secret.length).toBe(Buffer.from(plain[replaces], 'base64').length);
    expect(JSON.stringify(answer)).not.toContain(secret.toString('base64'));
  });

  it('is refused without a document, without an algorithm, and with another one', async () => {
    const parameters = await requestFor(name);
    for (const wrong of [
      {},
      { KeyEncryptionAlgorithm },
      { AttestationDocument },
      { ...Recipient(), KeyEncryptionAlgorithm: 'RSAES_OAEP_SHA_1' },
    ]) {
      const refused = { status: 400, __type: 'ValidationException' };
      expect(await kms.call(name, { ...parameters, Recipient: wrong })).toMatchObject(refused);
    }
  });

  it('is refused with a document of another root, with the reason, and without an answer', async () => {
    const foreign = await newDocument(await newTestAuthority());
    const refused = { ...Recipient(), AttestationDocument: foreign };
    const answer = await kms.call(name, { ...(await requestFor(name)), Recipient: refused });
    const message = 'The attestation document is not valid: it has no trusted root.';
    expect(answer).toEqual({ status: 400, requestId: answer.requestId, __type: 'ValidationException', message });
  });

  it('is refused, never ignored, where there is no root to verify with', async () => {
    const { recipients: _, ...rootless } = kms.runtime;
    const other = await newService(rootless);
    try {
      const answer = await other.call(name, { ...(await requestFor(name)), Recipient: Recipient() });
      expect(answer).toMatchObject({ status: 400, __type: 'UnsupportedOperationException' });
      expect(answer.message).toContain('no root certificate');
    } finally {
      await other.close();
    }
  });

  it('has a dry run, which tells nothing', async () => {
    const parameters = await requestFor(name);
    if (!('DryRun' in operationOf(name).input)) return;
    const answer = await kms.call(name, { ...parameters, Recipient: Recipient(), DryRun: true });
    expect(answer).toMatchObject({ __type: 'DryRunOperationException' });
    expect(answer).not.toHaveProperty('CiphertextForRecipient');
  });

  it('is on record with what the document says, and without the document or the secret', async () => {
    const parameters = await requestFor(name);
    const answer = await kms.call(name, { ...parameters, Recipient: Recipient() });
    const [record] = kms.audited;
    expect(record).toMatchObject({
      eventName: name,
      additionalEventData: {
        recipient: {
          attestationDocumentModuleId: 'i-1234567890abcdef0-enc0123456789abcde',
          attestationDocumentEnclaveImageDigest: pcrOf(0).toString('hex'),
          attestationDocumentEnclavePCR1: pcrOf(1).toString('hex'),
          attestationDocumentEnclavePCR2: pcrOf(2).toString('hex'),
          attestationDocumentEnclavePCR3: pcrOf(3).toString('hex'),
          attestationDocumentEnclavePCR4: pcrOf(4).toString('hex'),
          attestationDocumentEnclavePCR8: pcrOf(8).toString('hex'),
        },
        reasons: [expect.stringMatching(/^allowed: /)],
      },
    });
    const written = JSON.stringify(record);
    const secret = await open(answer.CiphertextForRecipient);
    for (const bytes of [secret, AttestationDocument]) expect(written).not.toContain(bytes.toString('base64'));
    expect(record?.requestParameters ?? {}).not.toHaveProperty('recipient');
  });

  it('answers any document with an error of the caller', async () => {
    const parameters = await requestFor(name);
    const anywhere = fc.tuple(fc.nat(AttestationDocument.length - 1), fc.nat(255));
    const changed = anywhere.map(([place, value]) => {
      const copy = Buffer.from(AttestationDocument);
      copy[place] = value === copy[place] ? value ^ 1 : value;
      return copy;
    });
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 600 }).map((array) => Buffer.from(array));
    await fc.assert(
      fc.asyncProperty(fc.oneof(changed, bytes), async (document) => {
        const hostile = { KeyEncryptionAlgorithm, AttestationDocument: document };
        expect(await kms.call(name, { ...parameters, Recipient: hostile })).toMatchObject({ status: 400 });
      }),
      { numRuns: 50 },
    );
  });
});

describe('the secret that a recipient opens', () => {
  const Recipient = () => ({ KeyEncryptionAlgorithm, AttestationDocument });

  it('is the plaintext that was encrypted', async () => {
    const { KeyId } = await kms.newKey();
    const { CiphertextBlob } = await kms.call('Encrypt', { KeyId, Plaintext: Buffer.from('attack at dawn') });
    const { CiphertextForRecipient } = await kms.call('Decrypt', { CiphertextBlob, Recipient: Recipient() });
    expect((await open(CiphertextForRecipient)).toString()).toBe('attack at dawn');
  });

  it('is the data key that CiphertextBlob holds', async () => {
    const { KeyId } = await kms.newKey();
    const made = await kms.call('GenerateDataKey', { KeyId, KeySpec: 'AES_256', Recipient: Recipient() });
    const { Plaintext } = await kms.call('Decrypt', { CiphertextBlob: Buffer.from(made.CiphertextBlob, 'base64') });
    expect((await open(made.CiphertextForRecipient)).toString('base64')).toBe(Plaintext);
  });

  it('is the private key to PublicKey, of the longest kind too', async () => {
    const { KeyId } = await kms.newKey();
    const asked = { KeyId, KeyPairSpec: 'RSA_4096', Recipient: Recipient() };
    const made = await kms.call('GenerateDataKeyPair', asked);
    const opened = await open(made.CiphertextForRecipient);
    const { Plaintext } = await kms.call('Decrypt', {
      CiphertextBlob: Buffer.from(made.PrivateKeyCiphertextBlob, 'base64'),
    });
    expect(opened.toString('base64')).toBe(Plaintext);
    expect(made.KeyMaterialId).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is the secret of both sides', async () => {
    const { KeyId } = await kms.newKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' });
    const { PublicKey } = await kms.call('GetPublicKey', { KeyId });
    const ours = createECDH('prime256v1');
    const point = ours.generateKeys();
    const theirs = Buffer.from(PublicKey, 'base64');
    const spki = Buffer.concat([theirs.subarray(0, -65), point]);
    const asked = { KeyId, KeyAgreementAlgorithm: 'ECDH', PublicKey: spki, Recipient: Recipient() };
    const { CiphertextForRecipient } = await kms.call('DeriveSharedSecret', asked);
    expect(await open(CiphertextForRecipient)).toEqual(ours.computeSecret(theirs.subarray(-65)));
  });

  it('is another each time for random bytes', async () => {
    const asked = { NumberOfBytes: 32, Recipient: Recipient() };
    const answers = [await kms.call('GenerateRandom', asked), await kms.call('GenerateRandom', asked)];
    const opened = await Promise.all(answers.map(({ CiphertextForRecipient }) => open(CiphertextForRecipient)));
    expect(opened.map(({ length }) => length)).toEqual([32, 32]);
    expect(opened[0]).not.toEqual(opened[1]);
  });
});

describe('policies', () => {
  const statement = (Condition: object, Effect = 'Allow') => ({
    Effect,
    Principal: { AWS: `arn:aws:iam::${accountId}:root` },
    Action: 'kms:*',
    Resource: '*',
    Condition,
  });
  const keyWith = async (...Statement: object[]) => {
    const { KeyId } = await kms.newKey();
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
    const put = { KeyId, Policy, BypassPolicyLockoutSafetyCheck: true };
    expect(await kms.call('PutKeyPolicy', put)).toMatchObject({ status: 200 });
    kms.audited.length = 0;
    return KeyId;
  };
  const outcome = async (KeyId: string, document: Buffer | undefined) => {
    const Recipient = document && { KeyEncryptionAlgorithm, AttestationDocument: document };
    const answer = await kms.call('GenerateDataKey', { KeyId, KeySpec: 'AES_128', ...(Recipient && { Recipient }) });
    return answer.__type ?? 'allowed';
  };
  const enclave = (pcrs: readonly (readonly [number, Buffer])[]) =>
    newDocument(authority, { members: { pcrs: new Map(pcrs) } });
  const right = pcrOf(0).toString('hex');

  it.each([
    ['ImageSha384', 0],
    ['PCR0', 0],
    ['PCR8', 8],
    ['PCR31', 31],
  ] as const)('allow by %s the right value alone', async (name, index) => {
    const key = `kms:RecipientAttestation:${name}`;
    const KeyId = await keyWith(statement({ StringEqualsIgnoreCase: { [key]: right.toUpperCase() } }));
    expect(await outcome(KeyId, await enclave([[index, pcrOf(0)]]))).toBe('allowed');
    expect(await outcome(KeyId, await enclave([[index, pcrOf(1)]]))).toBe('AccessDeniedException');
    expect(await outcome(KeyId, await enclave([[5, pcrOf(0)]]))).toBe('AccessDeniedException');
    expect(await outcome(KeyId, undefined)).toBe('AccessDeniedException');
  });

  it('see values in lower case', async () => {
    const KeyId = await keyWith(statement({ StringEquals: { 'kms:RecipientAttestation:PCR0': right } }));
    expect(await outcome(KeyId, AttestationDocument)).toBe('allowed');
  });

  it('deny all who are not attested, by the absence of the key', async () => {
    const unattested = { Null: { 'kms:RecipientAttestation:PCR0': 'true' } };
    const KeyId = await keyWith(statement({}), statement(unattested, 'Deny'));
    expect(await outcome(KeyId, AttestationDocument)).toBe('allowed');
    expect(await outcome(KeyId, undefined)).toBe('AccessDeniedException');
  });

  it('deny by a value, and the refusal is on record with the document', async () => {
    const debug = { StringEquals: { 'kms:RecipientAttestation:ImageSha384': '0'.repeat(96) } };
    const KeyId = await keyWith(statement({}), statement(debug, 'Deny'));
    expect(await outcome(KeyId, await enclave([[0, Buffer.alloc(48)]]))).toBe('AccessDeniedException');
    expect(kms.audited).toMatchObject([
      {
        errorCode: 'AccessDenied',
        additionalEventData: { recipient: { attestationDocumentEnclaveImageDigest: '0'.repeat(96) } },
      },
    ]);
  });

  it('tell a NitroTPM from an enclave', async () => {
    const tpm = await newDocument(authority, {
      members: { module_id: 'i-1-tpm0000000000000000', pcrs: undefined, nitrotpm_pcrs: new Map([[0, pcrOf(0)], [4, pcrOf(4)]]) }, // biome-ignore format: a pair each
    });
    const forTpm = await keyWith(statement({ StringEquals: { 'kms:RecipientAttestation:NitroTPMPCR0': right } }));
    expect(await outcome(forTpm, tpm)).toBe('allowed');
    expect(kms.audited.at(-1)?.additionalEventData).toMatchObject({
      recipient: {
        attestationDocumentModuleId: 'i-1-tpm0000000000000000',
        attestationDocumentNitroTPMPCR0: right,
        attestationDocumentNitroTPMPCR4: pcrOf(4).toString('hex'),
      },
    });
    expect(await outcome(forTpm, AttestationDocument)).toBe('AccessDeniedException');
    for (const name of ['PCR0', 'ImageSha384']) {
      const KeyId = await keyWith(statement({ StringEquals: { [`kms:RecipientAttestation:${name}`]: right } }));
      expect(await outcome(KeyId, tpm)).toBe('AccessDeniedException');
    }
  });

  it('decide of GenerateRandom, which has no key, by identity policies', async () => {
    const key = 'kms:RecipientAttestation:ImageSha384';
    kms.as(userOf(accountId, 'alice'));
    const Allow = { Effect: 'Allow', Action: 'kms:GenerateRandom', Resource: '*' };
    kms.withStanding(allowed({ ...Allow, Condition: { StringEquals: { [key]: right } } }));
    try {
      const Recipient = { KeyEncryptionAlgorithm, AttestationDocument };
      expect(await kms.call('GenerateRandom', { NumberOfBytes: 1, Recipient })).toMatchObject({ status: 200 });
      expect(await kms.call('GenerateRandom', { NumberOfBytes: 1 })).toMatchObject({ __type: 'AccessDeniedException' });
    } finally {
      kms.as(userOf(accountId, 'admin'));
      kms.withStanding(allowed({ Effect: 'Allow', Action: 'kms:*', Resource: '*' }));
    }
  });
});

it('refuses a document once its certificate has expired', async () => {
  const Recipient = { KeyEncryptionAlgorithm, AttestationDocument };
  kms.moveClock(2 * 86_400);
  const answer = await kms.call('GenerateRandom', { NumberOfBytes: 1, Recipient });
  kms.moveClock(-2 * 86_400);
  expect(answer).toMatchObject({ __type: 'ValidationException', message: expect.stringContaining('has expired') });
  expect(await kms.call('GenerateRandom', { NumberOfBytes: 1, Recipient })).toMatchObject({ status: 200 });
});

it('judges the members first, then the document, then who may, then the key', async () => {
  const Recipient = { KeyEncryptionAlgorithm, AttestationDocument: Buffer.of(0) };
  const wrong = { KeyId: 'alias/none', NumberOfBytes: 0, Recipient };
  expect((await kms.call('GenerateDataKey', wrong)).message).toContain('numberOfBytes');
  const bounded = { ...wrong, NumberOfBytes: 1 };
  expect((await kms.call('GenerateDataKey', bounded)).message).toContain('attestation document');
  const right = { ...bounded, Recipient: { ...Recipient, AttestationDocument } };
  expect(await kms.call('GenerateDataKey', right)).toMatchObject({ __type: 'NotFoundException' });
});
