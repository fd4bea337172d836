import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { Assembly } from './assembly.ts';
import { homeRegion, type World } from './world.ts';

const credentials = { accessKeyId: 'AKIA', secretAccessKey: 'none' };

/** The tables of the home Region, past all IAM. */
export const tablesOf = ({ aws }: Assembly) =>
  DynamoDBDocumentClient.from(
    new DynamoDBClient({ region: homeRegion, endpoint: aws.behind.get(homeRegion)?.endpoint ?? '', credentials }),
  );

/** Copies all rows of the home Region into another assembly. */
export const copyTables = async (world: World, assembly: Assembly): Promise<void> => {
  const [from, to] = [tablesOf(world), tablesOf(assembly)];
  for (const { name } of world.home.ofType('AWS::DynamoDB::Table')) {
    const { Items = [] } = await from.send(new ScanCommand({ TableName: name }));
    for (const Item of Items) await to.send(new PutCommand({ TableName: name, Item }));
  }
};

/** A secret of the home Region's stack. */
export const secretNamed = ({ aws }: Assembly, name: string) => {
  const found = aws.secrets.all.find((secret) => secret.name === name);
  if (found === undefined) throw new Error(`there is no secret ${name}`);
  return found;
};
