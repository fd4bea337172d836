import { wrong } from '../../lesson.ts';
import solve from '../solution/solution.ts';

/** Decrypts and encrypts again, where ReEncrypt would keep the text inside of KMS. */
export default wrong('reEncrypted', (lab) => {
  const kms = lab.as('alice');
  const reEncrypt = async ({ CiphertextBlob }: { CiphertextBlob: Uint8Array }) => {
    const { Plaintext } = await kms.decrypt({ CiphertextBlob });
    return kms.encrypt({ KeyId: 'alias/records', Plaintext });
  };
  return solve({ ...lab, as: () => Object.assign(Object.create(kms), { reEncrypt }) });
});
