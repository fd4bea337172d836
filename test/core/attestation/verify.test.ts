import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { encode } from 'cborg';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { AttestationError } from '../../../core/attestation/refusal.ts';
import { verifyAttestation } from '../../../core/attestation/verify.ts';
import {
  type CertificateFacts,
  type DocumentFacts,
  documentMembers,
  issue,
  newDocument,
  newTestAuthority,
  pcrOf,
  recipientKeys,
  spkiOf,
  type TestAuthority,
  testNow,
  usages,
} from '../../attestation.ts';

let authority: TestAuthority;
let roots: readonly X509Certificate[];
beforeAll(async () => {
  authority = await newTestAuthority();
  roots = [new X509Certificate(authority.root.der)];
});

const verify = (document: Uint8Array, trusted = roots, now = testNow) => verifyAttestation(document, trusted, now);

const refusalOf = (document: Uint8Array, trusted = roots, now = testNow): string => {
  try {
    verify(document, trusted, now);
  } catch (error) {
    if (error instanceof AttestationError) return error.message;
    throw error;
  }
  return 'no refusal';
};

describe('a valid document', () => {
  it('tells the module, the registers in hex and the public key', async () => {
    const { publicKey, ...attested } = verify(await newDocument(authority));
    expect(attested).toEqual({
      platform: 'enclave',
      moduleId: 'i-1234567890abcdef0-enc0123456789abcde',
      pcrs: new Map([0, 1, 2, 3, 4, 8].map((index) => [index, pcrOf(index).toString('hex')])),
    });
    expect(spkiOf(publicKey)).toEqual(spkiOf(recipientKeys.publicKey));
  });

  it.each([
    ['with the tag of COSE_Sign1', { tagged: true }],
    [
      'with user data and a nonce of the longest',
      { members: { user_data: Buffer.alloc(1024), nonce: Buffer.alloc(0) } },
    ],
    ['without the optional members', { members: { user_data: undefined, nonce: undefined } }],
    ['of an enclave in debug mode, whose registers are zeros', { members: { pcrs: new Map([[0, Buffer.alloc(48)]]) } }],
    ['with members that AWS may add', { members: { later: 1 } }],
  ] as const satisfies (readonly [string, DocumentFacts])[])('is taken %s', async (_, facts) => {
    expect(refusalOf(await newDocument(authority, facts))).toBe('no refusal');
  });

  it('is taken with a payload of indefinite length, as newer enclaves write it', async () => {
    const definite = encode(documentMembers(authority));
    const payload = Buffer.concat([Buffer.of(0xbf), definite.subarray(1), Buffer.of(0xff)]);
    expect(refusalOf(await newDocument(authority, { payload }))).toBe('no refusal');
  });

  it('is taken of a NitroTPM, whose registers have a member of their own', async () => {
    const members = { pcrs: undefined, nitrotpm_pcrs: new Map([[4, pcrOf(4)]]) };
    const { platform, pcrs } = verify(await newDocument(authority, { members }));
    expect({ platform, pcrs }).toEqual({ platform: 'nitrotpm', pcrs: new Map([[4, pcrOf(4).toString('hex')]]) });
  });

  it('is taken under any of several roots', async () => {
    const other = new X509Certificate((await issue()).der);
    expect(refusalOf(await newDocument(authority), [other, ...roots])).toBe('no refusal');
  });

  it('is taken with a chain of the root alone, and with one of two authorities under it', async () => {
    const { root, between } = authority;
    const direct = await issue({ issuer: root, authority: false });
    const facts = { members: { cabundle: [root.der], certificate: direct.der }, signer: direct };
    expect(refusalOf(await newDocument(authority, facts))).toBe('no refusal');
    const third = await issue({ name: 'third', issuer: between, pathLength: 0 });
    const leaf = await issue({ issuer: third, authority: false });
    const longer = { cabundle: [root.der, between.der, third.der], certificate: leaf.der };
    expect(refusalOf(await newDocument(authority, { members: longer, signer: leaf }))).toBe('no refusal');
  });
});

describe('a document out of form', () => {
  const rsa = (modulusLength: number) => spkiOf(generateKeyPairSync('rsa', { modulusLength }).publicKey);
  const onCurve = spkiOf(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey);
  const forPss = spkiOf(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey);

  it.each([
    ['no module_id', { module_id: undefined }, 'module_id'],
    ['an empty module_id', { module_id: '' }, 'module_id'],
    ['a number as module_id', { module_id: 1 }, 'module_id'],
    ['no digest', { digest: undefined }, 'digest'],
    ['another digest', { digest: 'SHA256' }, 'digest'],
    ['no timestamp', { timestamp: undefined }, 'timestamp'],
    ['a timestamp of 0', { timestamp: 0 }, 'timestamp'],
    ['a timestamp that is no integer', { timestamp: 1.5 }, 'timestamp'],
    ['a timestamp beyond all time', { timestamp: 2n ** 60n }, 'CBOR'],
    ['no PCRs', { pcrs: undefined }, 'pcrs'],
    ['null for PCRs', { pcrs: null }, 'pcrs'],
    ['an empty map of PCRs', { pcrs: new Map() }, 'pcrs'],
    ['33 PCRs', { pcrs: new Map(Array.from({ length: 33 }, (_, index) => [index, pcrOf(0)])) }, 'pcrs'],
    ['PCR32', { pcrs: new Map([[32, pcrOf(0)]]) }, 'index'],
    ['PCR-1', { pcrs: new Map([[-1, pcrOf(0)]]) }, 'index'],
    ['a PCR whose index is a text', { pcrs: new Map([['0', pcrOf(0)]]) }, 'index'],
    ['a PCR of 47 bytes', { pcrs: new Map([[0, Buffer.alloc(47)]]) }, 'PCR0'],
    ['a PCR of no bytes', { pcrs: new Map([[7, Buffer.alloc(0)]]) }, 'PCR7'],
    ['a PCR that is a text', { pcrs: new Map([[0, '0'.repeat(48)]]) }, 'PCR0'],
    ['PCRs of an enclave and of a NitroTPM', { nitrotpm_pcrs: new Map([[0, pcrOf(0)]]) }, 'pcrs'],
    ['no certificate', { certificate: undefined }, 'certificate'],
    ['an empty certificate', { certificate: Buffer.alloc(0) }, 'certificate'],
    ['too long a certificate', { certificate: Buffer.alloc(1025) }, 'certificate'],
    ['a certificate that is none', { certificate: Buffer.alloc(100) }, 'a certificate is not in form'],
    ['no cabundle', { cabundle: undefined }, 'cabundle'],
    ['an empty cabundle', { cabundle: [] }, 'cabundle'],
    ['nine certificates in cabundle', { cabundle: Array.from({ length: 9 }, () => Buffer.alloc(9)) }, 'cabundle'],
    ['texts in cabundle', { cabundle: ['text'] }, 'cabundle'],
    ['an empty certificate in cabundle', { cabundle: [Buffer.alloc(0)] }, 'cabundle'],
    ['no public key', { public_key: undefined }, 'it has no public key'],
    ['null for a public key', { public_key: null }, 'it has no public key'],
    ['an empty public key', { public_key: Buffer.alloc(0) }, 'public_key'],
    ['too long a public key', { public_key: Buffer.alloc(1025) }, 'public_key'],
    ['a public key that is none', { public_key: Buffer.alloc(100) }, 'its public key is not one of RSA'],
    ['an RSA key of 2040 bits', { public_key: rsa(2040) }, 'its public key is not one of RSA'],
    ['a key on a curve', { public_key: onCurve }, 'its public key is not one of RSA'],
    ['a key for RSA-PSS alone', { public_key: forPss }, 'its public key is not one of RSA'],
    ['too long user data', { user_data: Buffer.alloc(1025) }, 'user_data'],
    ['a text as user data', { user_data: 'text' }, 'user_data'],
    ['too long a nonce', { nonce: Buffer.alloc(1025) }, 'nonce'],
  ])('is refused with %s', async (_, members, named) => {
    expect(refusalOf(await newDocument(authority, { members }))).toContain(named);
  });

  it('is refused when its public key can only be seen to be broken by using it', async () => {
    const even = spkiOf(recipientKeys.publicKey); // the last byte of the modulus stands before `02 03 010001`
    even[even.length - 6] = 0;
    const one = spkiOf(recipientKeys.publicKey);
    one.set([0, 0, 1], one.length - 3);
    for (const public_key of [even, one]) {
      expect(refusalOf(await newDocument(authority, { members: { public_key } }))).toContain('its public key is not');
    }
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['no CBOR', Buffer.from('ff', 'hex')],
    ['a map', encode({})],
    ['three elements', encode([new Uint8Array(0), new Map(), new Uint8Array(0)])],
    ['elements of other types', encode([1, 2, 3, 4])],
    ['another tag', Buffer.concat([Buffer.from('d1', 'hex'), encode([])])],
    ['lists in lists until the end', Buffer.alloc(16_000, 0x81)],
  ])('is refused when it is %s', (_, document) => {
    expect(refusalOf(document)).not.toBe('no refusal');
  });

  it('is refused with something after its end, and with more than a document can have', async () => {
    const document = await newDocument(authority);
    expect(refusalOf(Buffer.concat([document, Buffer.of(0)]))).toContain('CBOR');
    expect(refusalOf(Buffer.concat([document, Buffer.alloc(20_000)]))).toBe('it is too long');
  });

  it.each([
    ['a payload that is no map', { payload: encode([]) }],
    ['a payload that is no CBOR', { payload: Buffer.from('ff', 'hex') }],
    ['a member twice', { payload: Buffer.from('a2616101616102', 'hex') }],
    [
      'keys nested beyond measure',
      { payload: Buffer.concat([Buffer.of(0xa1), Buffer.alloc(9000, 0x81), Buffer.of(0, 0)]) },
    ],
    ['an unprotected header', { unprotected: new Map([[4, Buffer.from('kid')]]) }],
    ['an unprotected header that is no map', { unprotected: [] }],
    ['a header that is no map', { header: [] }],
    ['an empty header', { header: new Map() }],
    ['another header beside the algorithm', { header: new Map([[1, -35], [2, 0]]) }], // biome-ignore format: a pair each
    ['the algorithm ES256', { header: new Map([[1, -7]]) }],
    ['the algorithm HMAC 384', { header: new Map([[1, 6]]) }],
  ] as const satisfies (readonly [string, DocumentFacts])[])('is refused with %s', async (_, facts) => {
    expect(refusalOf(await newDocument(authority, facts))).not.toBe('no refusal');
  });
});

describe('a signature', () => {
  it('is refused after any bit of the document was changed', async () => {
    const document = await newDocument(authority);
    const anyBit = fc.tuple(fc.nat(document.length - 1), fc.nat(7));
    fc.assert(
      fc.property(anyBit, ([place, bit]) => {
        const changed = Buffer.from(document);
        changed[place] = (changed[place] ?? 0) ^ (1 << bit);
        expect(refusalOf(changed)).not.toBe('no refusal');
      }),
      { numRuns: 300 },
    );
  });

  it('is refused in its last bit, cut short, of zeros, and by another key', async () => {
    const document = await newDocument(authority);
    const flipped = Buffer.from(document);
    flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1;
    const zeros = Buffer.from(document).fill(0, document.length - 96);
    const stranger = await issue({ authority: false });
    const byOther = await newDocument(authority, { signer: stranger });
    const short = Buffer.from(document.subarray(0, -1));
    short[short.length - 96] = 95; // the length that stands before the signature
    for (const changed of [flipped, zeros, byOther, short])
      expect(refusalOf(changed)).toBe('its signature is not valid');
  });
});

describe('a chain', () => {
  const withChain = async (facts: Parameters<typeof newTestAuthority>[0], now = testNow) => {
    const made = await newTestAuthority(facts);
    return refusalOf(await newDocument(made), [new X509Certificate(made.root.der)], now);
  };
  const past = new Date(testNow.getTime() - 1000);
  const future = new Date(testNow.getTime() + 1000);
  const noAuthority = 'a certificate in cabundle is not one of an authority';
  const noSigner = 'its certificate is not one for signing data';
  const unknownExtension = 'a certificate has a critical extension that is not known here';

  it.each(['root', 'between', 'leaf'] as const)(
    'is refused whose %s has expired or is not valid yet',
    async (which) => {
      expect(await withChain({ [which]: { to: past } })).toBe('a certificate has expired');
      expect(await withChain({ [which]: { from: future } })).toBe('a certificate is not valid yet');
    },
  );

  it('is judged at the time of the call', async () => {
    const document = await newDocument(authority);
    expect(refusalOf(document, roots, new Date('2026-12-21T12:00:00Z'))).toBe('a certificate has expired');
    expect(refusalOf(document, roots, new Date('2026-10-21T12:00:00Z'))).toBe('a certificate is not valid yet');
  });

  it('is refused under an unknown root, also one of the same name', async () => {
    const other = await newTestAuthority();
    const document = await newDocument(other);
    expect(refusalOf(document)).toBe('it has no trusted root');
    expect(refusalOf(document, [])).toBe('it has no trusted root');
    const grafted = await newDocument(other, { members: { cabundle: [authority.root.der, other.between.der] } });
    expect(refusalOf(grafted)).toBe('a certificate is not issued by the one before it');
  });

  it('is refused in another order, and with a link too few or too many', async () => {
    const { root, between, leaf } = authority;
    const reordered = (...cabundle: Buffer[]) => newDocument(authority, { members: { cabundle } });
    expect(refusalOf(await reordered(between.der, root.der))).toBe('it has no trusted root');
    expect(refusalOf(await reordered(between.der))).toBe('it has no trusted root');
    for (const bundle of [[root.der], [root.der, between.der, between.der], [root.der, between.der, leaf.der]]) {
      expect(refusalOf(await reordered(...bundle))).not.toBe('no refusal');
    }
  });

  it.each([
    ['root', { authority: false, usage: usages.keyCertSign }, noAuthority],
    ['root', { usage: usages.digitalSignature }, noAuthority],
    ['root', { pathLength: 0 }, 'a certificate in cabundle does not allow so long a chain'],
    ['root', { criticalExtension: '1.2.3.4' }, unknownExtension],
    ['between', { authority: false }, noAuthority],
    ['between', { authority: false, usage: usages.keyCertSign }, noAuthority],
    ['between', { usage: usages.digitalSignature }, noAuthority],
    ['between', { criticalExtension: '1.2.3.4' }, unknownExtension],
    ['leaf', { usage: usages.keyCertSign }, noSigner],
    ['leaf', { usage: 0x08 }, noSigner], // keyAgreement
    ['leaf', { usage: 0 }, 'a certificate is not issued by the one before it'], // OpenSSL takes no empty usage
    ['leaf', { authority: true, usage: usages.digitalSignature | usages.keyCertSign }, noSigner],
    ['leaf', { curve: 'P-256' }, 'its certificate has no P-384 key'],
    ['leaf', { criticalExtension: '1.2.3.4' }, unknownExtension],
  ] as const satisfies (readonly ['root' | 'between' | 'leaf', CertificateFacts, string])[])(
    'is refused whose %s is made with %j, and says so',
    async (which, facts, reason) => {
      expect(await withChain({ [which]: facts })).toBe(reason);
    },
  );

  it('is refused when a name in it is wrong, though the signature is right', async () => {
    const { root, between } = authority;
    const leaf = await issue({ issuer: { ...between, name: 'somebody else' }, authority: false });
    const members = { cabundle: [root.der, between.der], certificate: leaf.der };
    const document = await newDocument(authority, { members, signer: leaf });
    expect(refusalOf(document)).toBe('a certificate is not issued by the one before it');
  });

  it('may be as long as its authorities allow, and no longer', async () => {
    expect(await withChain({ root: { pathLength: 1 }, between: { pathLength: 0 } })).toBe('no refusal');
    expect(await withChain({ root: { pathLength: 300 } })).toBe('no refusal');
    const { root, between } = await newTestAuthority({ between: { pathLength: 0 } });
    const third = await issue({ name: 'third', issuer: between });
    const leaf = await issue({ issuer: third, authority: false });
    const members = { cabundle: [root.der, between.der, third.der], certificate: leaf.der };
    const document = await newDocument(authority, { members, signer: leaf });
    expect(refusalOf(document, [new X509Certificate(root.der)])).toContain('so long a chain');
  });
});

describe('anything', () => {
  it('is refused as what it is, and never fails otherwise', () => {
    const cbor = fc.anything({ withNullPrototype: false, withBigInt: true, maxDepth: 4 });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), cbor.map(tryEncode)), (bytes) => {
        expect(refusalOf(bytes)).not.toBe('no refusal');
      }),
      { numRuns: 500 },
    );
  });

  it('is refused also as a member of a document that is signed', async () => {
    const names = fc.constantFrom(...Object.keys(documentMembers(authority)), 'nitrotpm_pcrs');
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.uint8Array(),
      fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n - 1n }),
    );
    await fc.assert(
      fc.asyncProperty(fc.dictionary(names, value, { minKeys: 1, maxKeys: 3 }), async (members) => {
        refusalOf(await newDocument(authority, { members })); // rethrows all but refusals
      }),
      { numRuns: 200 },
    );
  });
});

const tryEncode = (value: unknown): Uint8Array => {
  try {
    return encode(value);
  } catch {
    return new Uint8Array(0);
  }
};
