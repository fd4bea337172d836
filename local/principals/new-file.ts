/** The account of a fresh installation in which calls are made unless somebody else's keys are taken. */
export const firstAccount = '111122223333';

/**
 * The principals of a fresh installation, with random keys: two accounts, so that calls across accounts can be tried,
 * and in the first two users without any permission, so that key policies and grants can.
 *
 * @param random as `randomBytes` of `node:crypto`
 * @returns JSON for people to edit
 */
export const newPrincipalsFile = (random: (length: number) => Buffer): string => {
  const newUser = (name: string, policies: readonly object[]) => ({
    name,
    path: '/',
    ...newAccessKey(random),
    tags: {},
    policies,
  });
  const accounts = [
    {
      id: firstAccount,
      users: [newUser('admin', [allOfKms]), newUser('alice', []), newUser('bob', [])],
      roles: [],
      root: newAccessKey(random),
    },
    { id: '444455556666', users: [newUser('partner', [allOfKms])], roles: [], root: newAccessKey(random) },
  ];
  return `${JSON.stringify({ accounts }, undefined, 2)}\n`;
};

/** An access key of AWS's form, of random characters. */
export const newAccessKey = (random: (length: number) => Buffer) => {
  const characters = (alphabet: string, length: number): string =>
    // alphabets of 32 and 64 divide 256, so no character is likelier than another
    Array.from(random(length), (byte) => alphabet[byte % alphabet.length]).join('');
  return { accessKeyId: `AKIA${characters(base32, 16)}`, secretAccessKey: characters(base64, 40) };
};

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The identity policy of an administrator of KMS. */
export const allOfKms = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }] };
