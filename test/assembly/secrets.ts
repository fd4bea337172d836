import { randomBytes } from 'node:crypto';
import type { Answer } from './answers.ts';
import { json, refusal } from './answers.ts';
import type { AwsRequest } from './asks.ts';
import type { Ask } from './iam.ts';
import type { MadeStack } from './template.ts';

interface Secret {
  readonly name: string;
  /** By the Region, as a replica has its own. */
  readonly arns: ReadonlySet<string>;
  /** By VersionId; the one that was put last is current. */
  readonly versions: Map<string, { readonly SecretString?: string; readonly SecretBinary?: string }>;
}

/** The secrets of the stacks as CloudFormation makes them, with their replicas, and what functions ask of them. */
export const newSecrets = (stacks: readonly MadeStack[]) => {
  const secrets = stacks.flatMap((stack) =>
    stack.ofType('AWS::SecretsManager::Secret').map(({ name, arn, properties }): Secret => {
      const { GenerateSecretString: generate, ReplicaRegions = [] } = properties;
      const elsewhere = ReplicaRegions.map(({ Region }: { Region: string }) =>
        arn.replace(`:${stack.region}:`, `:${Region}:`),
      );
      const versions: Secret['versions'] = new Map();
      if (generate) versions.set('made', { SecretString: generated(generate) });
      return { name, arns: new Set([arn, ...elsewhere]), versions };
    }),
  );
  const find = ({ region, body }: AwsRequest): { secret: Secret; arn: string } | undefined => {
    const { SecretId } = JSON.parse(body.toString());
    for (const secret of secrets) {
      const arn = [...secret.arns].find((each) => each.includes(`:${region}:`));
      if (arn !== undefined && (SecretId === arn || SecretId === secret.name)) return { secret, arn };
    }
    return undefined;
  };

  return {
    /** A secret that is not there is asked for by what names it. */
    asks(request: AwsRequest): readonly Ask[] {
      const { SecretId } = JSON.parse(request.body.toString());
      return [{ action: `secretsmanager:${request.target}`, resource: find(request)?.arn ?? String(SecretId) }];
    },
    answer(request: AwsRequest): Answer {
      const { VersionId, ClientRequestToken, SecretString, SecretBinary } = JSON.parse(request.body.toString());
      const versions = find(request)?.secret.versions;
      if (request.target === 'GetSecretValue') {
        const value = VersionId === undefined ? [...(versions?.values() ?? [])].at(-1) : versions?.get(VersionId);
        return value
          ? json(value)
          : refusal('ResourceNotFoundException', "Secrets Manager can't find the specified secret value");
      }
      if (request.target !== 'PutSecretValue' || versions === undefined)
        return refusal('ResourceNotFoundException', 'no secret');
      const known = versions.get(ClientRequestToken);
      if (known && known.SecretBinary !== SecretBinary)
        return refusal('ResourceExistsException', 'there is another value');
      versions.set(ClientRequestToken, { SecretString, SecretBinary });
      return json({});
    },
    /** What an operator may do beside the functions, to restore for instance. */
    all: secrets,
  };
};

const generated = ({
  PasswordLength,
  ExcludePunctuation,
}: {
  PasswordLength: number;
  ExcludePunctuation?: boolean;
}) => {
  if (ExcludePunctuation !== true) throw new Error('a secret with punctuation is not known here');
  const signs = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from(randomBytes(PasswordLength), (byte) => signs[byte % signs.length]).join('');
};
