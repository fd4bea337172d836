import { createPrivateKey, type KeyObject, sign, webcrypto, X509Certificate } from 'node:crypto';
import { BitString, Integer, Null, PrintableString } from 'asn1js';
import { encode, Tagged } from 'cborg';
import { AttributeTypeAndValue, BasicConstraints, Certificate, Extension } from 'pkijs';
import { rsaPair } from './rsa-keys.ts';

/** A certificate and the private key to it. */
export interface Issued {
  readonly der: Buffer;
  readonly pem: string;
  readonly name: string;
  readonly keys: webcrypto.CryptoKeyPair;
}

export interface CertificateFacts {
  readonly name?: string;
  readonly issuer?: Issued | undefined;
  readonly authority?: boolean;
  readonly pathLength?: number | undefined;
  /** The first byte of KeyUsage. */
  readonly usage?: number | undefined;
  readonly from?: Date;
  readonly to?: Date;
  readonly curve?: 'P-256' | 'P-384';
  readonly criticalExtension?: string;
}

export const usages = { digitalSignature: 0x80, keyCertSign: 0x04 };

const commonName = (value: string) =>
  new AttributeTypeAndValue({ type: '2.5.4.3', value: new PrintableString({ value }) });

const days = (count: number) => count * 86_400_000;
/** When the clock of `service.ts` stands still. */
export const testNow = new Date('2026-11-21T12:00:00Z');

let serial = 0;

/** Makes a certificate, by default one of a root. */
export const issue = async ({
  name = 'test.nitro-enclaves',
  issuer,
  authority = true,
  pathLength,
  usage = authority ? usages.keyCertSign : usages.digitalSignature,
  from = new Date(testNow.getTime() - days(1)),
  to = new Date(testNow.getTime() + days(1)),
  curve = 'P-384',
  criticalExtension,
}: CertificateFacts = {}): Promise<Issued> => {
  const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: curve }, true, ['sign', 'verify']);
  const certificate = new Certificate({ version: 2, serialNumber: new Integer({ value: ++serial }) });
  certificate.subject.typesAndValues.push(commonName(name));
  certificate.issuer.typesAndValues.push(commonName(issuer?.name ?? name));
  certificate.notBefore.value = from;
  certificate.notAfter.value = to;
  const constraints = new BasicConstraints(
    authority ? { cA: true, ...(pathLength !== undefined && { pathLenConstraint: pathLength }) } : {},
  );
  certificate.extensions = [
    extension('2.5.29.19', constraints.toSchema().toBER()),
    extension('2.5.29.15', new BitString({ valueHex: Uint8Array.of(usage).buffer }).toBER()),
    ...(criticalExtension === undefined ? [] : [extension(criticalExtension, new Null().toBER())]),
  ];
  await certificate.subjectPublicKeyInfo.importKey(keys.publicKey);
  await certificate.sign(issuer?.keys.privateKey ?? keys.privateKey, 'SHA-384');
  const der = Buffer.from(certificate.toSchema().toBER());
  return { der, pem: new X509Certificate(der).toString(), name, keys };
};

const extension = (extnID: string, extnValue: ArrayBuffer) => new Extension({ extnID, critical: true, extnValue });

/** A root, an authority under it, and a certificate that signs documents. */
export interface TestAuthority {
  readonly root: Issued;
  readonly between: Issued;
  readonly leaf: Issued;
}

export const newTestAuthority = async (
  facts: { root?: CertificateFacts; between?: CertificateFacts; leaf?: CertificateFacts } = {},
): Promise<TestAuthority> => {
  const root = await issue(facts.root);
  const between = await issue({ name: 'test.zonal', issuer: root, ...facts.between });
  const leaf = await issue({ name: 'test.instance', issuer: between, authority: false, ...facts.leaf });
  return { root, between, leaf };
};

/** The one who asks. */
export const recipientKeys = await rsaPair(2048);
export const spkiOf = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' });

export const pcrOf = (index: number): Buffer => Buffer.alloc(48, index + 1);

/** The members of a document of an enclave, as the Nitro Security Module writes them. */
export const documentMembers = ({ root, between, leaf }: TestAuthority): Record<string, unknown> => ({
  module_id: 'i-1234567890abcdef0-enc0123456789abcde',
  digest: 'SHA384',
  timestamp: testNow.getTime(),
  pcrs: new Map([0, 1, 2, 3, 4, 8].map((index) => [index, pcrOf(index)])),
  certificate: leaf.der,
  cabundle: [root.der, between.der],
  public_key: spkiOf(recipientKeys.publicKey),
  user_data: null,
  nonce: null,
});

export interface DocumentFacts {
  /** Members that take the place of those above; `undefined` leaves one out. */
  readonly members?: Readonly<Record<string, unknown>>;
  /** The payload as it is, instead of members. */
  readonly payload?: Uint8Array;
  readonly header?: unknown;
  readonly unprotected?: unknown;
  readonly tagged?: boolean;
  readonly signer?: Issued;
}

/** A signed attestation document: COSE_Sign1 with ES384. */
export const newDocument = async (authority: TestAuthority, facts: DocumentFacts = {}): Promise<Buffer> => {
  const { header = new Map([[1, -35]]), unprotected = new Map(), signer = authority.leaf } = facts;
  const members = Object.entries({ ...documentMembers(authority), ...facts.members });
  const payload = facts.payload ?? encode(Object.fromEntries(members.filter(([, value]) => value !== undefined)));
  const protectedHeader = encode(header);
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', signer.keys.privateKey));
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  const signed = encode(['Signature1', protectedHeader, new Uint8Array(0), payload]);
  const signature = sign('sha384', signed, { key, dsaEncoding: 'ieee-p1363' });
  const message = [protectedHeader, unprotected, payload, signature];
  return Buffer.from(facts.tagged ? encode(new Tagged(18, message)) : encode(message));
};
