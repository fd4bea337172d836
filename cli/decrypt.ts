import { UsageError } from '../local/options.ts';
import { command } from './command.ts';
import { decryptedName } from './files/names.ts';
import { contextFrom, fileOptions } from './files/options.ts';

export const decrypt = command({
  summary: 'decrypt what encrypt wrote',
  about: `Decrypts what \`kms encrypt\` or an AWS Encryption SDK wrote. Nothing is given out before all of it was verified: a
file has its name only then, with mode 0600, and for stdout all is held back in a temporary file that nobody else can
read. With --stream each part goes to stdout as soon as it was verified by itself: the end may still be missing then,
and the signature over the whole is verified last, so who reads must throw all away unless the exit code is 0.`,
  arguments: [{ name: 'FILE', about: 'what to decrypt; - for stdin' }],
  options: {
    key: {
      value: 'KEY',
      about: 'open it with this key and no other: key ARN, or what KMS finds it by',
      many: true,
      byDefault: 'any key of your account',
    },
    ...fileOptions,
    context: { ...fileOptions.context, about: 'a pair that must be in the encryption context' },
    output: { ...fileOptions.output, byDefault: 'FILE without .enc' },
    stream: { about: 'to stdout at once, before the whole was verified' },
  },
  json: 'one object: input, output, bytes, seconds, keys, context; on stderr, if the data is on stdout',
  examples: [
    ['kms decrypt letter.pdf.enc --context tenant=42', 'writes letter.pdf, if it was encrypted for tenant 42'],
    ['kms decrypt photos.tar.enc --output - | tar x', 'tar gets nothing, unless all of it is genuine'],
  ],
  exits: { 130: 'stopped by Ctrl-C' },
  async run({ values, args: [input = ''], note }) {
    const context = contextFrom(values.context);
    const output = values.output ?? decryptedName(input);
    if (values.stream && output !== '-') throw new UsageError('--stream is for stdout: add --output -');
    const { decryptFile } = await import('./files/decrypt-file.ts');
    return decryptFile({ values, keys: values.key ?? [], context, input, output, note });
  },
});
