import { pipeline } from 'node:stream/promises';
import { NodeDefaultCryptographicMaterialsManager, type NodeMaterialsManager } from '@aws-crypto/client-node';
import { Failure } from '../../local/failure.ts';
import { connect } from './connection.ts';
import { encryptionSdk } from './encryption-sdk.ts';
import { toStdout } from './ends.ts';
import { holdBack } from './held-back.ts';
import { type Job, ownContext, tell } from './job.ts';
import { openingKeyring } from './opening-keyring.ts';
import { openSource, type Passed, pass } from './pass.ts';
import { explained } from './refusals.ts';
import { checkFree, type Sinks, writeWholeFile } from './whole-file.ts';

/** Longest frame that is opened, in bytes: it is held in memory until it was verified. */
const maxBodySize = 64 * 1024 * 1024;

/** Decrypts a file. @returns the exit code */
export const decryptFile = async (job: Job): Promise<number> => {
  const { values, input, output } = job;
  const replace = values.force === true;
  if (output !== '-') await checkFree(output, replace);
  const source = await openSource(input);
  const connection = await connect(values);
  try {
    const opened = { keys: [] as readonly string[], context: {} as Readonly<Record<string, string>> }; // filled below
    const unwrapping = new NodeDefaultCryptographicMaterialsManager(await openingKeyring(job.keys, values, connection));
    const materials: NodeMaterialsManager = {
      getEncryptionMaterials: (request) => unwrapping.getEncryptionMaterials(request),
      async decryptMaterials(request) {
        checkContext(job, request.encryptionContext); // before KMS is asked, which makes sure that it is genuine
        const material = await unwrapping.decryptMaterials(request);
        opened.keys = material.keyringTrace.map(({ keyName }) => keyName);
        opened.context = request.encryptionContext;
        return material;
      },
    };
    let passed: Passed = { bytes: 0, seconds: 0 };
    const fill = async (sinks: Sinks) => {
      const stream = encryptionSdk.decryptStream(materials, { maxBodySize });
      passed = await pass(source, stream, sinks, values.quiet === true);
    };
    if (output !== '-') await writeWholeFile({ path: output, replace, mode: 0o600 }, fill);
    else if (values.stream) await fill([toStdout()]);
    else await holdBack(fill, (sources) => pipeline([...sources, toStdout()]));
    tell(job, { ...passed, keys: opened.keys, context: ownContext(opened.context) });
    return 0;
  } catch (error) {
    throw explained(error, input, connection);
  } finally {
    connection.close();
    source.stream.destroy();
  }
};

/** @throws {Failure} when a pair is missing, or another */
const checkContext = ({ context, input }: Job, found: Readonly<Record<string, string>>): void => {
  for (const [name, value] of Object.entries(context)) {
    if (Object.hasOwn(found, name) && found[name] === value) continue;
    const why = Object.hasOwn(found, name) ? `its ${name} is another` : `it has no ${name}`;
    throw new Failure({
      what: `${input} is not opened: its encryption context is not ${name}=${value}`,
      why,
      hint: 'make sure that it is the file you mean: it was encrypted for something else',
    });
  }
};
