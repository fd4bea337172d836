import {
  DecryptCommand,
  DescribeKeyCommand,
  type KMSClient,
  paginateListAliases,
  paginateListKeys,
} from '@aws-sdk/client-kms';
import { predefinedAliases } from '../../core/model/managed-keys.ts';
import { known, settle } from './acknowledged.ts';
import { tell, type World } from './crash-world.ts';

/**
 * Compares a service that has come back with what its clients know, and brings their knowledge up to date.
 * @returns what is wrong, in sentences
 */
export const inspect = async (kms: KMSClient, world: World): Promise<string[]> => {
  const complaints: string[] = [];
  const complain = (about: string, complaint: string | undefined) => {
    if (complaint !== undefined) complaints.push(`${about}: ${complaint}`);
  };

  const listed = new Set<string>();
  for await (const page of paginateListKeys({ client: kms, pageSize: 7 }, {})) {
    if (page.$metadata.requestId) world.answered.add(page.$metadata.requestId);
    for (const { KeyId = '' } of page.Keys ?? []) {
      if (listed.has(KeyId)) complain(KeyId, 'listed twice');
      listed.add(KeyId);
    }
  }
  for (const { KeyId } of world.keys) if (!listed.has(KeyId)) complain(KeyId, 'acknowledged, and not listed');

  const mine = new Map(world.keys.map((key) => [key.KeyId, key]));
  for (const KeyId of listed) {
    const answer = await tell(world, kms.send(new DescribeKeyCommand({ KeyId })));
    if (answer === undefined || answer instanceof Error) {
      complain(KeyId, 'listed, and not described');
      continue;
    }
    const { Description = '', KeyState = '' } = answer.KeyMetadata ?? {};
    const key = mine.get(KeyId);
    if (key) {
      complain(`the description of ${KeyId}`, settle<string>(key.description, Description));
      complain(`the state of ${KeyId}`, settle<string>(key.state, KeyState));
    } else if (world.unanswered.delete(Description)) {
      const state = known(KeyState as 'Enabled'); // all that a new key may be; checked at the next inspection
      if (KeyState !== 'Enabled') complain(KeyId, `new, and ${KeyState}`);
      world.keys.push({ KeyId, description: known(Description), state, blobs: [] });
    } else complain(KeyId, `nobody made a key described as ${Description}`);
  }
  world.unanswered.clear();

  const targets = await listedAliases(kms, world);
  for (const [AliasName, target] of world.aliases) complain(AliasName, settle(target, targets.get(AliasName) ?? ''));
  for (const [AliasName, target] of targets) {
    const isOfAws = predefinedAliases.includes(AliasName) && target === '';
    if (!world.aliases.has(AliasName) && !isOfAws) complain(AliasName, 'nobody made it');
  }
  for (const { KeyId } of world.keys) {
    const ofKey = [...(await listedAliases(kms, world, KeyId)).keys()].sort();
    const expected = [...targets].filter(([, target]) => target === KeyId).map(([name]) => name);
    if (`${ofKey}` !== `${expected.sort()}`) complain(KeyId, `its aliases are ${ofKey}; by account ${expected}`);
  }

  for (const { KeyId, state, blobs } of world.keys) {
    for (const { CiphertextBlob, text } of blobs.slice(-3)) {
      const answer = await tell(world, kms.send(new DecryptCommand({ CiphertextBlob })));
      const outcome = answer instanceof Error ? answer.name : Buffer.from(answer?.Plaintext ?? []).toString();
      const expected = { Enabled: text, Disabled: 'DisabledException', PendingDeletion: 'KMSInvalidStateException' };
      if (outcome !== expected[state.value]) complain(`a blob of ${KeyId}, ${state.value}`, outcome);
    }
  }
  return complaints;
};

const listedAliases = async (client: KMSClient, world: World, KeyId?: string): Promise<Map<string, string>> => {
  const targets = new Map<string, string>();
  for await (const page of paginateListAliases({ client, pageSize: 5 }, { KeyId })) {
    if (page.$metadata.requestId) world.answered.add(page.$metadata.requestId);
    for (const { AliasName = '', TargetKeyId = '' } of page.Aliases ?? []) targets.set(AliasName, TargetKeyId);
  }
  return targets;
};
