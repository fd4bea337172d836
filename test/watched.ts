import { unwrapKeyMaterial } from '../core/crypto/key-wrap.ts';
import type { MaterialOwner } from '../core/model/key.ts';
import type { KeyMaterial } from '../core/model/key-record.ts';
import type { Members } from '../core/model/shapes.ts';
import type { RootKeys } from '../lambdas/keyring.ts';
import type { Operation } from '../lambdas/operation.ts';
import { type OperationName, operations } from '../lambdas/operations/index.ts';
import { recordOf } from '../lambdas/pipeline/audit-entry.ts';
import type { AuditLog, Keyring } from '../lambdas/pipeline/ports.ts';
import type { SecretWatch } from './secret-watch.ts';

/** Fails the run of the tests, whatever the test makes of the error. */
const failRun = (error: Error): void => {
  void Promise.reject(error); // for vitest to see
};

/** An audit log in which no record may tell a secret: the call fails, and so does the run. */
export const watchedLog = ({ write }: AuditLog, secrets: SecretWatch, fail = failRun): AuditLog => ({
  async write(entry) {
    try {
      secrets.check(entry.text);
    } catch (error) {
      fail(new Error(`the audit record of ${recordOf(entry).eventName}`, { cause: error }));
      throw error;
    }
    await write(entry);
  },
});

/** A keyring that tells its key material to the watch, as no operation ever sees it. */
export const watchedKeyring = (keyring: Keyring, rootKeys: RootKeys, secrets: SecretWatch): Keyring => {
  const keep = async (owner: MaterialOwner, { KeyMaterialId, wrapped }: KeyMaterial) => {
    const { key } = await rootKeys.current();
    const material = unwrapKeyMaterial(() => key, { ...owner, KeyMaterialId }, wrapped);
    secrets.keep('a root key', key);
    if (material) secrets.keep('key material', material);
  };
  return {
    ...keyring,
    async newMaterial(owner) {
      const material = await keyring.newMaterial(owner);
      await keep(owner, material);
      return material;
    },
    async importMaterial(owner, ...rest) {
      const imported = await keyring.importMaterial(owner, ...rest);
      await keep(owner, imported.material);
      return imported;
    },
    async keepMaterial(owner, bytes) {
      const imported = await keyring.keepMaterial(owner, bytes);
      await keep(owner, imported.material);
      return imported;
    },
  };
};

/** An operation whose answers are watched: no byte of one may be on record, and no grant token. */
export const watchedOperation = <Name extends string>(
  operation: Operation<Name>,
  secrets: SecretWatch,
): Operation<Name> => ({
  ...operation,
  async handle(given) {
    const output = await operation.handle(given);
    watchMembers(operation.name, output ?? {}, secrets);
    return output;
  },
});

/** Bytes and grant tokens among the members of an input or an answer. */
export const watchMembers = (operation: string, members: object, secrets: SecretWatch): void => {
  for (const [name, value] of Object.entries(members)) {
    if (value instanceof Uint8Array) secrets.keep(`${operation} ${name}`, withoutIds(name, Buffer.from(value)));
    if (name === 'GrantToken') secrets.keep(`${operation} ${name}`, String(value));
  }
};

/**
 * Our own ciphertexts, and what tests make of them, begin with ids of the key, which are on record; public keys begin with
 * what kind of key they are, as that of the digests does, which lies beside them.
 */
const withoutIds = (member: string, bytes: Buffer): Buffer => {
  if (member === 'PublicKey') return bytes.subarray(33);
  return member.includes('Ciphertext') ? bytes.subarray(50) : bytes;
};

/** What names a key is no secret, whatever member hostile requests put it in. */
const isName = /^(arn:|alias\/)/;

/** Bytes, secrets and grant tokens in the body of a request, whatever else is in it. */
export const watchBody = (name: OperationName, body: string, secrets: SecretWatch): void => {
  const input: Members = operations.find((operation) => operation.name === name)?.input ?? {};
  for (const [member, value] of Object.entries(membersOf(body))) {
    const { type, secret } = input[member] ?? {};
    const isToken = /^GrantTokens?$/.test(member);
    for (const text of [value].flat().filter((one) => typeof one === 'string')) {
      if (type === 'blob') secrets.keep(`${name} ${member}`, withoutIds(member, Buffer.from(text, 'base64')));
      else if ((secret || isToken) && !isName.test(text)) secrets.keep(`${name} ${member}`, text);
    }
  }
};

const membersOf = (body: string): object => {
  try {
    return Object(JSON.parse(body));
  } catch {
    return {}; // hostile on purpose
  }
};
