import { createHmac, randomBytes } from 'node:crypto';
import { type Answer, json, refusal } from './answers.ts';
import type { AwsRequest } from './asks.ts';
import type { MadeStack } from './template.ts';

/** The HMAC keys of the stacks, as AWS KMS keeps them, and the MACs that functions ask of them. */
export const newRootKms = (stacks: readonly MadeStack[]) => {
  const keys = new Map(
    stacks.flatMap((stack) =>
      stack.ofType('AWS::KMS::Key').map(({ arn, properties }) => {
        // Else roles of the account would have no say, whatever their policies are.
        const [first] = properties.KeyPolicy.Statement;
        const lets = first.Effect === 'Allow' && first.Action === 'kms:*' && first.Principal.AWS.endsWith(':root');
        if (properties.KeySpec !== 'HMAC_512' || !lets) throw new Error(`${arn} is not known here`);
        return [arn, randomBytes(64)] as const;
      }),
    ),
  );
  return {
    answer({ body }: AwsRequest): Answer {
      const { KeyId, MacAlgorithm, Message } = JSON.parse(body.toString());
      const key = keys.get(KeyId);
      if (key === undefined || MacAlgorithm !== 'HMAC_SHA_512') return refusal('NotFoundException', 'no such key');
      const Mac = createHmac('sha512', key).update(Buffer.from(Message, 'base64')).digest('base64');
      return json({ KeyId, MacAlgorithm, Mac });
    },
  };
};
