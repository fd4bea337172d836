import { buildAwsKmsMrkAwareStrictMultiKeyringNode, type MessageHeader } from '@aws-crypto/client-node';
import { connect } from './connection.ts';
import { encryptionSdk } from './encryption-sdk.ts';
import { toStdout } from './ends.ts';
import { type Job, ownContext, tell } from './job.ts';
import { openSource, type Passed, pass } from './pass.ts';
import { explained } from './refusals.ts';
import { checkFree, type Sinks, writeWholeFile } from './whole-file.ts';

/** Plaintext of a frame, in bytes: each is encrypted by itself, and held in memory to be opened. */
const frameLength = 64 * 1024;

/** Encrypts a file. @returns the exit code */
export const encryptFile = async (job: Job): Promise<number> => {
  const { values, keys, context, input, output } = job;
  const replace = values.force === true;
  if (output !== '-') await checkFree(output, replace);
  const source = await openSource(input);
  const connection = await connect(values);
  const [generatorKeyId, ...keyIds] = keys;
  try {
    const keyring = buildAwsKmsMrkAwareStrictMultiKeyringNode({
      ...(generatorKeyId !== undefined && { generatorKeyId }),
      keyIds,
      clientProvider: connection.clientProvider,
    });
    const stream = encryptionSdk.encryptStream(keyring, { encryptionContext: { ...context }, frameLength });
    let wrappedBy: readonly string[] = [];
    stream.once('MessageHeader', ({ encryptedDataKeys }: MessageHeader) => {
      wrappedBy = encryptedDataKeys.map(({ providerInfo }) => providerInfo);
    });
    let passed: Passed = { bytes: 0, seconds: 0 };
    const fill = async (sinks: Sinks) => {
      passed = await pass(source, stream, sinks, values.quiet === true);
    };
    if (output === '-') await fill([toStdout()]);
    else await writeWholeFile({ path: output, replace, mode: 0o666 }, fill);
    tell(job, { ...passed, keys: wrappedBy, context: ownContext(context) });
    return 0;
  } catch (error) {
    throw explained(error, input, connection);
  } finally {
    connection.close();
    source.stream.destroy();
  }
};
