import { administrator, type Look, lesson, missing } from '../lesson.ts';

const MacAlgorithm = 'HMAC_SHA_256';

/** What a file opens to, and under which key material it was encrypted. */
const opened = async (at: Look, file: string) => {
  const { Plaintext, KeyId, KeyMaterialId } = await at.examiner().decrypt({ CiphertextBlob: await at.read(file) });
  if (KeyId !== at.fact('recordsKey')) missing(`${file} was encrypted under ${KeyId}, not under alias/records`);
  return { text: Buffer.from(Plaintext ?? []), isOld: KeyMaterialId === at.fact('firstMaterial') };
};

/** Throws unless a file opens to what before.enc opens to, under newer material. */
const renewed = async (at: Look, file: string): Promise<void> => {
  const { text, isOld } = await opened(at, file);
  if (isOld) missing(`${file} was encrypted under the first key material, as before.enc was`);
  if (!text.equals((await opened(at, 'before.enc')).text)) missing(`${file} opens to something else than before.enc`);
};

export default lesson({
  title: 'Rotation',
  minutes: 30,
  accounts: { home: { users: { alice: administrator } } },
  async prepare(lab) {
    const kms = lab.as('alice');
    const records = await kms.createKey({ Description: 'records' });
    await kms.createAlias({ AliasName: 'alias/records', TargetKeyId: records.KeyMetadata?.KeyId });
    const Plaintext = Buffer.from('patient 17: allergic to penicillin\n');
    const { CiphertextBlob } = await kms.encrypt({ KeyId: 'alias/records', Plaintext });
    await lab.write('before.enc', CiphertextBlob ?? '');

    const tokens = await kms.createKey({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' });
    await kms.createAlias({ AliasName: 'alias/tokens', TargetKeyId: tokens.KeyMetadata?.KeyId });
    const Message = await lab.read('ticket.txt');
    const { Mac } = await kms.generateMac({ KeyId: 'alias/tokens', MacAlgorithm, Message });
    await lab.write('ticket.mac', Mac ?? '');
    return {
      recordsKey: records.KeyMetadata?.Arn ?? '',
      firstMaterial: records.KeyMetadata?.CurrentKeyMaterialId ?? '',
      tokensKey: tokens.KeyMetadata?.Arn ?? '',
    };
  },
  hints: [
    'aws kms rotate-key-on-demand takes --key-id with a key id or ARN, no alias: $RECORDS_KEY.',
    'aws kms list-key-rotations --key-id "$RECORDS_KEY" --include-key-material ALL_KEY_MATERIAL shows the materials; the answer of decrypt says under which one a ciphertext is: --query KeyMaterialId.',
    'aws kms re-encrypt --ciphertext-blob fileb://before.enc --destination-key-id alias/records --query CiphertextBlob --output text | base64 --decode > renewed.enc',
    'aws kms enable-key-rotation --rotation-period-in-days 180 …; aws kms get-key-rotation-status shows it.',
    'HMAC keys are not rotated by KMS: make another one (--key-spec HMAC_256 --key-usage GENERATE_VERIFY_MAC), then aws kms update-alias --alias-name alias/tokens --target-key-id NEW.',
    'aws kms generate-mac --mac-algorithm HMAC_SHA_256 --message fileb://ticket.txt --query Mac … Leave the old HMAC key as it is: ticket.mac is verified under $TOKENS_KEY.',
  ],
  parts: {
    rotated: {
      done: 'the key of alias/records has new key material',
      async look(at) {
        const { KeyMetadata } = await at.examiner().describeKey({ KeyId: at.fact('recordsKey') });
        if (KeyMetadata?.CurrentKeyMaterialId === at.fact('firstMaterial')) {
          missing('the key still encrypts under its first key material');
        }
      },
    },
    old: {
      done: 'you opened before.enc all the same, into opened.txt',
      after: ['rotated'],
      async look(at) {
        const { text } = await opened(at, 'before.enc');
        if (!(await at.read('opened.txt')).equals(text)) missing('opened.txt is not what before.enc opens to');
      },
    },
    fresh: {
      done: 'after.enc is the same text, under new material',
      after: ['rotated'],
      look: (at) => renewed(at, 'after.enc'),
    },
    renewed: {
      done: 'renewed.enc is before.enc, brought under new material',
      after: ['rotated'],
      look: (at) => renewed(at, 'renewed.enc'),
    },
    reEncrypted: {
      done: 'KMS did that, and nobody saw the text: ReEncrypt',
      after: ['renewed'],
      records: true,
      async look(at) {
        const calls = await at.records({ operation: 'ReEncrypt', user: 'alice', error: 'none' });
        const material = at.fact('firstMaterial');
        const moved = calls.filter(
          ({ additionalEventData: data }) =>
            data?.sourceKeyMaterialId === material && data.destinationKeyMaterialId !== material,
        );
        if (moved.length === 0) missing('no ReEncrypt of yours from the first material to another is in the audit log');
      },
    },
    automatic: {
      done: 'from now on KMS rotates that key every 180 days',
      async look(at) {
        const status = await at.examiner().getKeyRotationStatus({ KeyId: at.fact('recordsKey') });
        if (!status.KeyRotationEnabled) missing('automatic rotation is not enabled');
        if (status.RotationPeriodInDays !== 180) missing(`the period is ${status.RotationPeriodInDays} days`);
      },
    },
    byAlias: {
      done: 'alias/tokens names a new HMAC key, and ticket-new.mac was made under it',
      async look(at) {
        const { KeyMetadata } = await at.examiner().describeKey({ KeyId: 'alias/tokens' });
        if (KeyMetadata?.Arn === at.fact('tokensKey')) missing('alias/tokens still names the first key');
        const [Message, Mac] = [await at.read('ticket.txt'), await at.read('ticket-new.mac')];
        await at.examiner().verifyMac({ KeyId: 'alias/tokens', MacAlgorithm, Message, Mac });
      },
    },
    kept: {
      done: 'ticket.mac can still be verified under the old one',
      after: ['byAlias'],
      async look(at) {
        const [Message, Mac] = [await at.read('ticket.txt'), await at.read('ticket.mac')];
        await at.examiner().verifyMac({ KeyId: at.fact('tokensKey'), MacAlgorithm, Message, Mac });
      },
    },
  },
});
