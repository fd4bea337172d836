import { UsageError } from '../local/options.ts';
import { command } from './command.ts';
import { encryptedName } from './files/names.ts';
import { contextFrom, fileOptions } from './files/options.ts';

export const encrypt = command({
  summary: 'encrypt a file of any size',
  about: `Encrypts by envelope encryption, in the message format of the AWS Encryption SDK, which opens it too: KMS makes and
wraps a data key, the file is encrypted here. The encryption context can be read in the result by anybody.
The result has its name only when it is whole.`,
  arguments: [{ name: 'FILE', about: 'what to encrypt; - for stdin' }],
  options: {
    key: {
      value: 'KEY',
      about: 'key id, key ARN, alias/NAME or alias ARN; with several, each opens it alone',
      many: true,
    },
    ...fileOptions,
    output: { ...fileOptions.output, byDefault: 'FILE.enc' },
  },
  json: 'one object: input, output, bytes, seconds, keys, context; on stderr, if the data is on stdout',
  examples: [
    ['kms encrypt letter.pdf --key alias/lab --context tenant=42', 'writes letter.pdf.enc'],
    ['tar c photos | kms encrypt - --key alias/lab > photos.tar.enc', 'from a pipe to a pipe'],
  ],
  exits: { 130: 'stopped by Ctrl-C' },
  async run({ values, args: [input = ''], note }) {
    const { key: keys = [] } = values;
    if (keys.length === 0) throw new UsageError('--key is needed');
    const context = contextFrom(values.context);
    const output = values.output ?? encryptedName(input);
    if (output === '-' && process.stdout.isTTY) {
      throw new UsageError('a terminal cannot show what is encrypted: name a file with --output, or send it on');
    }
    const { encryptFile } = await import('./files/encrypt-file.ts');
    return encryptFile({ values, keys, context, input, output, note });
  },
});
