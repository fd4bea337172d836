import { randomInt } from 'node:crypto';
import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateKeyCommand,
  DeleteAliasCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  type KMSClient,
  KMSServiceException,
  ScheduleKeyDeletionCommand,
  UpdateAliasCommand,
  UpdateKeyDescriptionCommand,
} from '@aws-sdk/client-kms';
import { type Known, known, write } from './acknowledged.ts';

type State = 'Enabled' | 'Disabled' | 'PendingDeletion';

export interface KnownKey {
  readonly KeyId: string;
  readonly description: Known<string>;
  readonly state: Known<State>;
  readonly blobs: { readonly CiphertextBlob: Uint8Array; readonly text: string }[];
}

/** What the clients have done to the service, over all of its lives. */
export interface World {
  readonly keys: KnownKey[];
  /** By alias name: the id of the target, or '' when there is none. */
  readonly aliases: Map<string, Known<string>>;
  /** Descriptions of keys whose creation was never answered. */
  readonly unanswered: Set<string>;
  /** Ids of every request that was answered, whatever the answer. */
  readonly answered: Set<string>;
  readonly errors: string[];
  /** Requests that were sent and not answered. */
  silent: number;
}

export const newWorld = (): World => ({
  keys: [],
  aliases: new Map(),
  unanswered: new Set(),
  answered: new Set(),
  errors: [],
  silent: 0,
});

/** A call that is on the books: its answer, the exception it was refused with, or undefined when none came. */
export const tell = async <Answer extends { $metadata: { requestId?: string | undefined } }>(
  world: World,
  call: Promise<Answer>,
): Promise<Answer | KMSServiceException | undefined> => {
  const answer = await call.catch((error: unknown) => (error instanceof KMSServiceException ? error : undefined));
  const { requestId } = answer?.$metadata ?? {};
  if (requestId === undefined) world.silent += 1;
  else world.answered.add(requestId);
  if (answer instanceof Error && !allowed.has(answer.name)) world.errors.push(`${answer.name}: ${answer.message}`);
  return answer;
};

/** What clients that get in each other's way may meet. */
const allowed = new Set(['DisabledException', 'KMSInvalidStateException']);

/** More would only make the inspections long. */
const mostKeys = 40;
const aliasesAClient = 4;

const pick = <Item>(items: readonly Item[]): Item => items[randomInt(items.length)] as Item; // never empty here

/**
 * The clients of one life of the service: each works until no answer comes. One changes descriptions, one states, so that
 * they meet on the same keys; the others make keys, encrypt, and move aliases of their own about.
 */
export const runClients = (kms: KMSClient, world: World, life: number): Promise<unknown> => {
  let silence = false;
  let sequence = 0;
  const send = async (call: Promise<{ $metadata: { requestId?: string | undefined } }>) => {
    const answer = await tell(world, call);
    if (answer === undefined) silence = true;
    return answer === undefined ? 'silence' : answer instanceof Error ? 'refused' : 'done';
  };
  const name = () => `life ${life}, number ${sequence++}`;

  const create = async () => {
    const Description = name();
    world.unanswered.add(Description);
    const answer = await tell(world, kms.send(new CreateKeyCommand({ Description })));
    if (answer === undefined) {
      silence = true;
      return;
    }
    world.unanswered.delete(Description);
    if (answer instanceof Error || answer.KeyMetadata?.KeyId === undefined) return;
    const { KeyId } = answer.KeyMetadata;
    world.keys.push({ KeyId, description: known(Description), state: known<State>('Enabled'), blobs: [] });
  };

  const describe = async () => {
    const { KeyId, description } = pick(world.keys);
    const Description = name();
    await write(description, Description, () =>
      send(kms.send(new UpdateKeyDescriptionCommand({ KeyId, Description }))),
    );
  };

  const changeState = async () => {
    const { KeyId, state } = pick(world.keys);
    const next = {
      Enabled: ['Disabled', 'PendingDeletion'],
      Disabled: ['Enabled', 'PendingDeletion'],
      PendingDeletion: ['Disabled'],
    };
    const value = pick(next[state.value]) as State; // of the table above
    const call = () => {
      if (state.value === 'PendingDeletion') return kms.send(new CancelKeyDeletionCommand({ KeyId }));
      if (value === 'PendingDeletion')
        return kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
      return value === 'Enabled'
        ? kms.send(new EnableKeyCommand({ KeyId }))
        : kms.send(new DisableKeyCommand({ KeyId }));
    };
    await write(state, value, () => send(call()));
  };

  const encrypt = async () => {
    const { KeyId, blobs } = pick(world.keys);
    const text = `text of ${name()}`; // no description is a part of it, nor it of one
    const answer = await tell(world, kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from(text) })));
    if (answer === undefined) silence = true;
    else if (!(answer instanceof Error) && answer.CiphertextBlob)
      blobs.push({ CiphertextBlob: answer.CiphertextBlob, text });
  };

  const moveAlias = async (client: number) => {
    const AliasName = `alias/client-${client}/${randomInt(aliasesAClient)}`;
    const target = world.aliases.get(AliasName) ?? known('');
    world.aliases.set(AliasName, target);
    const TargetKeyId = pick(world.keys).KeyId;
    if (target.value === '') {
      await write(target, TargetKeyId, () => send(kms.send(new CreateAliasCommand({ AliasName, TargetKeyId }))));
    } else if (randomInt(3) > 0) {
      await write(target, TargetKeyId, () => send(kms.send(new UpdateAliasCommand({ AliasName, TargetKeyId }))));
    } else {
      await write(target, '', () => send(kms.send(new DeleteAliasCommand({ AliasName }))));
    }
  };

  const forever = async (action: () => Promise<void>) => {
    while (world.keys.length === 0 && !silence) await create();
    while (!silence) await action();
  };
  const some = async () => (world.keys.length < mostKeys && randomInt(4) === 0 ? create() : encrypt());
  return Promise.all([
    forever(describe),
    forever(changeState),
    forever(some),
    forever(() => moveAlias(0)),
    forever(() => moveAlias(1)),
    forever(() => moveAlias(2)),
  ]);
};
