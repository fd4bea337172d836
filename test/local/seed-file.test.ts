import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readSeed } from '../../local/seed/read.ts';
import { SeedError } from '../../local/seed/seed-error.ts';
import { defaults, newSeedFolder, removeSeedFolders, seedOf } from './seed-folder.ts';

removeSeedFolders();

const keyId = '1234abcd-12ab-34cd-56ef-1234567890ab';
const otherId = '2234abcd-12ab-34cd-56ef-1234567890ab';
const hex = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff';

const pem = (type: 'pkcs8' | 'sec1') =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type, format: 'pem' }).toString();
const files = {
  'p256.pem': pem('pkcs8'),
  'sec1.pem': pem('sec1'),
  'policy.json': '{ "Statement": {\n} }',
  'broken.json': '{',
};

/** The faults of a seed file, without the path of the file. */
const faultsOf = (seed: string | readonly object[]): readonly string[] => {
  const at = newSeedFolder({ ...files, 'seed.yaml': typeof seed === 'string' ? seed : JSON.stringify({ keys: seed }) });
  try {
    readSeed(at('seed.yaml'), defaults);
    return [];
  } catch (error) {
    if (!(error instanceof SeedError)) throw error;
    return error.message
      .replaceAll(`${at('seed.yaml')}:`, '')
      .replaceAll(at(''), '')
      .split('\n');
  }
};

describe('a seed file', () => {
  it('gives a key that only has an id what CreateKey would give it', () => {
    const { keys } = seedOf([{ keyId }]);
    expect(keys).toEqual([
      expect.objectContaining({
        KeyId: keyId,
        AccountId: defaults.account,
        region: defaults.region,
        KeySpec: 'SYMMETRIC_DEFAULT',
        KeyUsage: 'ENCRYPT_DECRYPT',
        Origin: 'AWS_KMS',
        MultiRegion: false,
      }),
    ]);
  });

  it('says the same in YAML and in JSON, whatever indents it', () => {
    const key = { keyId, tags: { a: 'ä\u{1f511}"/' }, aliases: ['alias/a'], policy: { Statement: [] }, enabled: false };
    const [plain] = seedOf([key]).keys;
    const yaml = `keys:\r\n- keyId: ${keyId}\r\n  tags: {a: "ä\\ud83d\\udd11\\"\\/"}\r\n  aliases:\r\n  - alias/a\r\n  policy: {Statement: []}\r\n  enabled: false\r\n`;
    expect(plain).toMatchObject({ Tags: [{ TagKey: 'a', TagValue: key.tags.a }], enabled: false });
    expect(seedOf(JSON.stringify({ keys: [key] }, undefined, '\t')).keys).toEqual([plain]);
    expect(seedOf(`\uFEFF${yaml}`).keys).toEqual([plain]);
  });

  it('knows the same bytes in hex, in base64 and in PEM by the same id, and another key by another', () => {
    const [inHex, inBase64, ofOther] = [
      [{ keyId, material: { hex: hex.toUpperCase().replace('44', '44\n  ') } }],
      [{ keyId, material: { base64: Buffer.from(hex, 'hex').toString('base64') } }],
      [{ keyId: otherId, material: { hex } }],
    ].map((keys) => seedOf(keys).keys[0]?.KeyMaterialId);
    expect(inHex).toMatch(/^[0-9a-f]{64}$/);
    expect(inBase64).toBe(inHex);
    expect(ofOther).not.toBe(inHex);

    const pair = { keyId, keySpec: 'ECC_NIST_P256', keyUsage: 'SIGN_VERIFY' };
    const base64 = files['p256.pem'].replaceAll(/-.*-|\n/g, '');
    const [inPem, inDer] = [{ pem: './p256.pem' }, { base64 }].map(
      (material) => seedOf([{ ...pair, material }], files).keys[0]?.KeyMaterialId,
    );
    expect(inPem).toMatch(/^[0-9a-f]{64}$/);
    expect(inDer).toBe(inPem);
  });

  it('keeps a policy from a file byte for byte', () => {
    const policy = '{ "Statement" : [ ],\n"Version":"2012-10-17"}\n';
    expect(seedOf([{ keyId, policy: 'p.json' }], { 'p.json': policy }).keys[0]?.Policy).toBe(policy);
  });

  it('may use anchors for what comes again', () => {
    const text = `keys:\n- keyId: ${keyId}\n  tags: &t {a: b}\n- keyId: ${otherId}\n  tags: *t\n`;
    expect(seedOf(text).keys.map(({ Tags }) => Tags)).toEqual([
      [{ TagKey: 'a', TagValue: 'b' }],
      [{ TagKey: 'a', TagValue: 'b' }],
    ]);
  });

  // Windows has no such modes.
  it.skipIf(process.platform === 'win32')('tells which files with material others can read', () => {
    const pair = { keySpec: 'ECC_NIST_P256', keyUsage: 'SIGN_VERIFY', material: { pem: 'p256.pem' } };
    const at = newSeedFolder({
      ...files,
      'a.json': JSON.stringify({ keys: [{ keyId, ...pair }] }),
      'b.json': JSON.stringify({
        keys: [
          { keyId, material: { hex } },
          { keyId: otherId, ...pair },
        ],
      }),
    });
    const exposed = (name: string) => readSeed(at(name), defaults).exposed;
    expect([exposed('a.json'), exposed('b.json')]).toEqual([[], []]);
    for (const name of ['a.json', 'b.json', 'p256.pem']) chmodSync(at(name), 0o644);
    expect([exposed('a.json'), exposed('b.json')]).toEqual([[at('p256.pem')], [at('b.json'), at('p256.pem')]]);
  });
});

describe('a seed file that is broken', () => {
  it.each<[text: string, fault: string]>([
    ['', '1:1: the document must be an object'],
    ['deadbeef', '1:1: the document must be an object'],
    ['keys: {}', '1:1: keys must be an array'],
    ['key: []\nkeys: []', '1:1: key is not known here; known: keys'],
    ['keys:\n- keyId: a\n  keyId: b', '3:3: a name stands here for the second time'],
    ['{"keys":[],"keys":[]}', '1:12: a name stands here for the second time'],
    ['keys: []\n---\nkeys: []', '2:1: a second document begins here; a file holds one'],
    ['keys: !!binary aGVsbG8=', '1:7: tags are not taken'],
    ['keys: *none', '1:7: an alias has no anchor before it'],
    ['keys: &a [*a]', '1:1: has more than 1000 aliases, or one within its own anchor'],
    ['%YAML 1.1\n---\nkeys: []', '1:1: is not YAML 1.2'],
    ['keys:\n\t- keyId: a', '2:1: a tab cannot indent; use blanks'],
    ['keys: [', '1:8: is not valid YAML'],
    ['{"keys": [}', '1:11: is not valid YAML'],
    ['? [a]\n: b', '1:3: a name must be a text'],
  ])('as in %j is refused with line and column', (text, fault) => {
    expect(faultsOf(text)).toEqual([fault]);
  });

  it('by more aliases than anybody writes is refused', () => {
    const levels = Array.from({ length: 9 }, (_, i) => `- &l${i + 1} [${Array(9).fill(`*l${i}`).join()}]`);
    expect(faultsOf(['keys:', '- &l0 a', ...levels].join('\n'))).toEqual([expect.stringContaining('more than 1000')]);
    expect(faultsOf('['.repeat(20_000))).toHaveLength(1);
  });

  const bytes = (length: number) => ({ hex: randomBytes(length).toString('hex') });
  const pair = { keySpec: 'ECC_NIST_P256', keyUsage: 'SIGN_VERIFY' };
  const hmac = { keySpec: 'HMAC_384', keyUsage: 'GENERATE_VERIFY_MAC' };
  it.each<[key: object, fault: string]>([
    [{ keyId: undefined }, 'keys[0].keyId must be a key id'],
    [{ keyId: keyId.toUpperCase() }, 'keys[0].keyId must be a key id'],
    [{ keyId: `arn:aws:kms:us-east-1:111122223333:key/${keyId}` }, 'keys[0].keyId must be a key id'],
    [{ keyId: 'alias/app' }, 'keys[0].keyId must be a key id'],
    [{ keyId: '00000000-0000-4000-8000-000000000000' }, "keys[0].keyId is the service's own key; take another id"],
    [{ account: 111122223333 }, 'keys[0].account must be a string of 12 digits, in quotes'],
    [{ account: '1111' }, 'keys[0].account must be a string of 12 digits'],
    [{ region: 'europe' }, 'keys[0].region must be a Region like eu-west-1'],
    [{ keySpec: 'AES_256' }, 'keys[0].keySpec must be one of RSA_2048, '],
    [{ keyUsage: 'ENCRYPT' }, 'keys[0].keyUsage must be one of ENCRYPT_DECRYPT, '],
    [{ keySpec: 'RSA_2048' }, 'keys[0] is refused: You must specify a KeyUsage value'],
    [{ ...hmac, keyUsage: 'SIGN_VERIFY' }, 'keys[0] is refused: KeyUsage SIGN_VERIFY is not compatible with KeySpec'],
    [{ keySpec: 'SM2', keyUsage: 'SIGN_VERIFY' }, 'keys[0] is refused: KeySpec SM2 is not supported in this Region'],
    [{ origin: 'AWS_CLOUDHSM' }, 'keys[0] is refused: Custom key stores are not supported by this service yet.'],
    [{ origin: 'IMPORTED' }, 'keys[0].origin must be one of AWS_KMS, EXTERNAL, '],
    [
      { keySpec: 'ML_DSA_44', keyUsage: 'SIGN_VERIFY', origin: 'EXTERNAL' },
      'keys[0] is refused: KeySpec ML_DSA_44 is not supported for Origin EXTERNAL',
    ],
    [{ description: 'x'.repeat(8193) }, 'keys[0].description must have length less than or equal to 8192'],
    [{ description: null }, 'keys[0].description must be a text, in quotes'],
    [{ enabled: 'yes' }, 'keys[0].enabled must be true or false'],
    [{ enabled: true, origin: 'EXTERNAL' }, 'keys[0].enabled is for keys with material; this one waits for its import'],
    [{ tags: { n: 1 } }, 'keys[0].tags.n must be a text, in quotes'],
    [{ tags: { n: 'v'.repeat(257) } }, 'keys[0].tags.n must have length less than or equal to 256'],
    [{ tags: { 'aws:x': 'y' } }, 'keys[0].tags is refused: Tags beginning with aws: are reserved'],
    [
      { tags: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [i, ''])) },
      'keys[0].tags is refused: Too many tags',
    ],
    [{ tags: [{ TagKey: 'a', TagValue: 'b' }] }, 'keys[0].tags must be an object'],
    [{ aliases: ['app'] }, 'keys[0].aliases[0] must be a name that begins with alias/'],
    [
      { aliases: ['alias/aws/s3'] },
      'keys[0].aliases[0] must be a name that begins with alias/, and not with alias/aws/',
    ],
    [{ aliases: ['alias/a:b'] }, 'keys[0].aliases[0] is refused: alias/a:b contains invalid characters for an alias'],
    [{ aliases: ['alias/a b'] }, 'keys[0].aliases[0] must satisfy regular expression pattern'],
    [{ aliases: ['alias/'] }, 'keys[0].aliases[0] is refused: An alias needs a name'],
    [{ aliases: ['alias/a', 'alias/a'] }, 'keys[0].aliases[1] must be unique, but is the same as keys[0].aliases[0]'],
    [{ aliases: Array.from({ length: 51 }, (_, i) => `alias/${i}`) }, 'keys[0].aliases must be at most 50'],
    [{ rotationPeriodInDays: 89 }, 'keys[0].rotationPeriodInDays must have value greater than or equal to 90'],
    [{ rotationPeriodInDays: 90.5 }, 'keys[0].rotationPeriodInDays must be a whole number'],
    [{ ...hmac, rotationPeriodInDays: 90 }, 'keys[0].rotationPeriodInDays is for symmetric keys of origin AWS_KMS'],
    [{ origin: 'EXTERNAL', rotationPeriodInDays: 90 }, 'keys[0].rotationPeriodInDays is for symmetric keys of origin'],
    [{ creationDate: '2026-02-30T00:00:00Z' }, 'keys[0].creationDate must be a day that exists'],
    [{ policy: {} }, 'keys[0].policy is refused: The policy must be a JSON object with a Statement.'],
    [{ policy: { Statement: { Effect: 'Maybe' } } }, 'keys[0].policy is malformed: Statement[0]'],
    [{ policy: 'none.json' }, 'keys[0].policy names no file'],
    [{ policy: '.' }, 'keys[0].policy names a file that cannot be read (EISDIR)'],
    [{ policy: 'policy.json' }, 'keys[0].policy is malformed: Statement[0]'],
    [{ policy: 'broken.json' }, 'keys[0].policy is refused: The policy is not valid JSON.'],
    [{ policy: { Statement: [], Id: 'x'.repeat(32_768) } }, 'keys[0].policy is refused: A key policy may have at most'],
    [{ policy: { Statement: [], Id: '\u0100' } }, 'keys[0].policy must satisfy regular expression pattern'],
    [{ material: {} }, 'keys[0].material must have one of hex, base64 and pem'],
    [{ material: { hex, pem: 'x' } }, 'keys[0].material must have one of hex, base64 and pem'],
    [{ material: { raw: 'x' } }, 'keys[0].material.raw is not known here; known: hex, base64, pem'],
    [{ material: { hex: 'abc' } }, 'keys[0].material.hex must be bytes as pairs of hex digits'],
    [{ material: { hex: 12345678 } }, 'keys[0].material.hex must be bytes as pairs of hex digits, in quotes'],
    [{ material: { base64: 'AAA' } }, 'keys[0].material.base64 must be bytes in base64'],
    [{ material: { base64: '' } }, 'keys[0].material.base64 must be bytes in base64'],
    [{ material: bytes(31) }, 'keys[0].material must be 32 bytes for SYMMETRIC_DEFAULT, not 31'],
    [{ ...hmac, material: bytes(32) }, 'keys[0].material must be 48 bytes for HMAC_384, not 32'],
    [{ ...hmac, material: { pem: 'p256.pem' } }, 'keys[0].material.pem is for key pairs; give the bytes of HMAC_384'],
    [{ ...pair, material: bytes(32) }, 'keys[0].material must be a private key for ECC_NIST_P256 in PKCS#8'],
    [
      { ...pair, keySpec: 'ECC_NIST_P384', material: { pem: 'p256.pem' } },
      'keys[0].material must be a private key for ECC_NIST_P384 in PKCS#8',
    ],
    [{ ...pair, material: { pem: 'none.pem' } }, 'keys[0].material.pem names no file'],
    [{ ...pair, material: { pem: files['p256.pem'] } }, 'keys[0].material.pem must be the path of a file, not what'],
    [{ ...pair, material: { pem: 'sec1.pem' } }, 'keys[0].material.pem must be PKCS#8 in PEM'],
    [
      { keySpec: 'ML_KEM_512', keyUsage: 'ENCAPSULATE_DECAPSULATE', material: bytes(64) },
      'keys[0].material cannot be given for ML_KEM_512; leave it out',
    ],
    [{ id: keyId }, 'keys[0].id is not known here; known: keyId, account, region,'],
  ])('by %j is refused with the place', (change, fault) => {
    expect(faultsOf([{ keyId, ...change }])).toEqual([expect.stringContaining(`: ${fault}`)]);
  });

  it('tells every fault of every key, in the order of their lines', () => {
    const text = [
      'keys:',
      `  - keyId: ${keyId}`,
      '    account: 111122223333',
      '    spec: RSA_2048',
      `  - keyId: ${otherId}`,
      '    material: { hex: 00ff }',
      '    rotationPeriodInDays: 1',
      `  - keyId: ${otherId}`,
      '    enabled: true',
      '    policy: ./none.json',
      '    material:',
      '      base64: AAAA',
    ].join('\n');
    expect(faultsOf(text)).toEqual([
      '3:5: keys[0].account must be a string of 12 digits, in quotes',
      expect.stringMatching(/^4:5: keys\[0\]\.spec is not known here/),
      '7:5: keys[1].rotationPeriodInDays must have value greater than or equal to 90',
      '10:5: keys[2].policy names no file',
      '11:5: keys[2].material must be 32 bytes for SYMMETRIC_DEFAULT, not 3',
    ]);
  });

  it('by an id or an alias that stands twice is refused, but an alias may be in two Regions', () => {
    const mrk = 'mrk-1234abcd12ab34cd56ef1234567890ab';
    expect(faultsOf([{ keyId: mrk }, { keyId: mrk, region: 'eu-west-1' }])).toEqual([
      '1:60: keys[1].keyId must be unique, but is the same as keys[0].keyId',
    ]);
    const [one, other] = [
      { keyId, aliases: ['alias/a'] },
      { keyId: otherId, aliases: ['alias/a'] },
    ];
    expect(faultsOf([one, { ...other, account: defaults.account }])).toEqual([
      expect.stringContaining('keys[1].aliases[0] must be unique, but is the same as keys[0].aliases[0]'),
    ]);
    expect(faultsOf([one, { ...other, region: 'eu-west-1' }])).toEqual([]);
    expect(faultsOf([one, { ...other, account: '444455556666' }])).toEqual([]);
  });

  it('is refused without a word of the material in it, wherever that went', () => {
    const secret = randomBytes(31).toString('hex');
    const base64 = randomBytes(33).toString('base64');
    const misplaced = [
      { keyId: secret },
      { keyId, [secret]: 'material' },
      { keyId, material: secret },
      { keyId, material: { [secret]: 'hex' } },
      { keyId, material: { hex: secret } },
      { keyId, material: { hex: `${secret}g` } },
      { keyId, material: { base64: secret } },
      { keyId, material: { base64 } },
      { keyId, material: { pem: secret } },
      { keyId, keySpec: 'RSA_2048', keyUsage: 'SIGN_VERIFY', material: { pem: secret } },
      { keyId, keySpec: 'RSA_2048', keyUsage: 'SIGN_VERIFY', material: { pem: `-----BEGIN\n${secret}\n` } },
      { keyId, policy: secret },
      { keyId, aliases: [secret] },
      { keyId, keySpec: secret },
      { keyId, region: secret },
    ];
    const texts = [
      ...misplaced.map((key) => JSON.stringify({ keys: [key] })),
      `keys:\n- material: {hex: "${secret}`,
      `keys:\n- material: {hex: *${secret}}`,
      `keys:\n- material: {hex: !${secret} a}`,
      `keys:\n- ${secret}: 1\n  ${secret}: 2`,
      `keys:\n- material: {hex: "\\${secret}"}`,
      `%${secret}\n---\nkeys: x`,
      secret,
      `- ${secret}\n${secret}`,
    ];
    for (const text of texts) {
      const faults = faultsOf(text);
      expect(faults, text).not.toEqual([]);
      expect(faults.join()).not.toContain(secret.slice(0, 12));
      expect(faults.join()).not.toContain(base64.slice(0, 12));
    }
  });

  it('that is not there, or a folder, is refused by name', () => {
    const at = newSeedFolder({});
    expect(() => readSeed(at('none.yaml'), defaults)).toThrow(new SeedError(`${at('none.yaml')}: no such file`));
    expect(() => readSeed(at('.'), defaults)).toThrow(new SeedError(`${at('.')}: cannot be read (EISDIR)`));
  });
});
