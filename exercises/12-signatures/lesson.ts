import { constants, createPublicKey, type KeyObject, randomBytes, randomInt, verify } from 'node:crypto';
import { administrator, type Look, lesson, missing, type Part } from '../lesson.ts';

const downloads = ['download-1.txt', 'download-2.txt', 'download-3.txt'];

/** Of a file in PEM or DER. */
const publicKeyIn = async (at: Look, file: string): Promise<KeyObject> => {
  const bytes = await at.read(file);
  try {
    return bytes.includes('-----BEGIN')
      ? createPublicKey(bytes)
      : createPublicKey({ key: bytes, format: 'der', type: 'spki' });
  } catch {
    return missing(`${file} is not a public key, in PEM or in DER`);
  }
};

const spki = (key: KeyObject) => key.export({ format: 'der', type: 'spki' });

interface Kind {
  readonly name: string;
  readonly spec: string;
  readonly algorithm: string;
  readonly hash?: string;
  readonly pss?: true;
}

/** As anybody can, without KMS. */
const isSigned = ({ hash, pss }: Kind, message: Buffer, key: KeyObject, signature: Buffer): boolean =>
  verify(
    hash,
    message,
    pss ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST } : key,
    signature,
  );

const signs = (kind: Kind): Part => ({
  done: `${kind.name}.sig: release.txt signed by alias/sign-${kind.name}, whose public key is ${kind.name}.pem`,
  async look(at) {
    const { name, spec, algorithm } = kind;
    const { PublicKey, KeySpec } = await at.examiner().getPublicKey({ KeyId: `alias/sign-${name}` });
    if (KeySpec !== spec) missing(`alias/sign-${name} names a key of ${KeySpec}, not ${spec}`);
    const key = await publicKeyIn(at, `${name}.pem`);
    if (!spki(key).equals(PublicKey ?? new Uint8Array())) missing(`${name}.pem is not its public key`);
    if (!isSigned(kind, await at.read('release.txt'), key, await at.read(`${name}.sig`))) {
      missing(`${name}.sig is no signature of release.txt under ${name}.pem by ${algorithm}`);
    }
  },
});

const ec: Kind = { name: 'ec', spec: 'ECC_NIST_P256', algorithm: 'ECDSA_SHA_256', hash: 'sha256' };

export default lesson({
  title: 'Signatures',
  minutes: 35,
  accounts: {
    home: { users: { alice: administrator } },
    publisher: { users: { petra: administrator } },
  },
  hidden: ['forged'],
  async prepare(lab) {
    await lab.write('image.bin', randomBytes(100_000));

    const kms = lab.as('petra');
    const { KeyMetadata } = await kms.createKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
    const { KeyId, Arn = '' } = KeyMetadata ?? {};
    const { PublicKey } = await kms.getPublicKey({ KeyId });
    const key = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
    await lab.write('publisher.pem', key.export({ format: 'pem', type: 'spki' }));
    const forged = downloads[randomInt(downloads.length)] ?? '';
    for (const file of downloads) {
      const price = randomInt(200, 300);
      const offer = (euros: number) => Buffer.from(`${file}\nthe pump costs ${euros} euros\n`);
      const { Signature } = await kms.sign({ KeyId, Message: offer(price), SigningAlgorithm: 'ECDSA_SHA_256' });
      await lab.write(`${file}.sig`, Signature ?? '');
      await lab.write(file, offer(file === forged ? price - 1 : price)); // nobody sees that
    }
    return { publisherKey: Arn, forged };
  },
  hints: [
    'aws kms create-key --key-spec RSA_2048 --key-usage SIGN_VERIFY, and so on; the usage must be told for every spec here.',
    'aws kms sign --key-id alias/sign-rsa --message fileb://release.txt --signing-algorithm RSASSA_PSS_SHA_256 --query Signature --output text | base64 --decode > rsa.sig. The others: ECDSA_SHA_256, ED25519_SHA_512, ML_DSA_SHAKE_256.',
    'A PEM file is base64 between two lines: (echo "-----BEGIN PUBLIC KEY-----"; aws kms get-public-key --key-id alias/sign-rsa --query PublicKey --output text | fold -w 64; echo "-----END PUBLIC KEY-----") > rsa.pem',
    'openssl dgst -sha256 -verify ec.pem -signature ec.sig release.txt. For RSA-PSS add -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest. For Ed25519: openssl pkeyutl -verify -rawin -pubin -inkey ed.pem -in release.txt -sigfile ed.sig',
    'openssl dgst -sha256 -binary image.bin > image.sha256, and then aws kms sign --message fileb://image.sha256 --message-type DIGEST. Without DIGEST KMS takes the hash for the message, and hashes it again.',
    'Verify each download with publisher.pem as in step 3. echo download-N.txt > forged.txt',
  ],
  parts: {
    rsa: signs({ name: 'rsa', spec: 'RSA_2048', algorithm: 'RSASSA_PSS_SHA_256', hash: 'sha256', pss: true }),
    ec: signs(ec),
    ed: signs({ name: 'ed', spec: 'ECC_NIST_EDWARDS25519', algorithm: 'ED25519_SHA_512' }),
    pq: signs({ name: 'pq', spec: 'ML_DSA_44', algorithm: 'ML_DSA_SHAKE_256' }),
    digest: {
      done: 'image.sig: image.bin, too long for KMS, signed by alias/sign-ec',
      after: ['ec'],
      async look(at) {
        const key = await publicKeyIn(at, 'ec.pem');
        if (!isSigned(ec, await at.read('image.bin'), key, await at.read('image.sig'))) {
          missing('image.sig is no signature of image.bin under ec.pem by ECDSA_SHA_256');
        }
      },
    },
    forged: {
      done: 'forged.txt names the download that the publisher did not sign',
      async look(at) {
        const named = (await at.read('forged.txt')).toString().trim();
        if (!downloads.includes(named)) missing(`forged.txt does not hold the name of a download, but "${named}"`);
        if (named !== at.fact('forged')) missing(`${named} is what the publisher signed`);
      },
    },
  },
});
