import type { Members, Shape } from '../../core/model/shapes.ts';
import type { Operation } from '../../lambdas/operation.ts';
import { operations } from '../../lambdas/operations/index.ts';
import { answers, type Form } from './answers.ts';
import { errorNames } from './error-names.ts';

/** A shape as botocore has it; its types are called as ours. */
interface ModelShape {
  readonly type: Shape['type'];
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, ShapeReference>>;
  readonly member?: ShapeReference;
  readonly key?: ShapeReference;
  readonly value?: ShapeReference;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly sensitive?: true;
  readonly exception?: true;
}

interface ShapeReference {
  readonly shape: string;
}

/** Where the model belongs under a data path: `kms/2014-11-01/service-2.json`. */
export const apiVersion = '2014-11-01';

/**
 * The service as botocore, and so the AWS CLI and boto3, read it: `service-2.json`. Operations and their input come from the
 * declarations. What makes their clients call API Gateway is the protocol: `rest-json` is the one of theirs that has a path
 * for each operation, and the signing name.
 * https://botocore.amazonaws.com/v1/documentation/api/latest/reference/loaders.html
 */
export const serviceModel = () => {
  const shapes: Record<string, ModelShape> = { String: { type: 'string' } };
  const add = (name: string, shape: ModelShape): ShapeReference => {
    shapes[name] = shape;
    return { shape: name };
  };

  /** @param spared may be left out, whatever its shape says */
  const structure = (name: string, members: Members, spared: readonly string[] = []): ShapeReference => {
    const required = Object.keys(members).filter((member) => isRequired(members[member]) && !spared.includes(member));
    const references = Object.entries(members).map(([member, shape]) => [member, input(`${name}${member}`, shape)]);
    return add(name, {
      type: 'structure',
      ...(required.length > 0 && { required }),
      members: Object.fromEntries(references),
    });
  };

  const input = (name: string, shape: Shape): ShapeReference => {
    if (shape.type === 'structure') return structure(name, shape.members);
    const { type, secret } = shape;
    const { min, max, pattern, values } = {
      min: undefined,
      max: undefined,
      pattern: undefined,
      values: undefined,
      ...shape,
    };
    return add(name, {
      type,
      ...(min !== undefined && { min }),
      ...(max !== undefined && { max }),
      ...(pattern !== undefined && { pattern }),
      ...(values !== undefined && { enum: values }),
      ...((secret || type === 'blob') && { sensitive: true }),
      ...(shape.type === 'list' && { member: input(`${name}Member`, shape.of) }),
      ...(type === 'map' && mapOfStrings),
    });
  };

  const answer = (name: string, form: Form): ShapeReference => {
    if (form === 'string') return { shape: 'String' };
    if (form === 'map') return add(name, { type: 'map', ...mapOfStrings });
    if (typeof form === 'string') return add(name, { type: form, ...(form === 'blob' && { sensitive: true }) });
    if (isList(form)) return add(name, { type: 'list', member: answer(`${name}Member`, form[0]) });
    const members = Object.entries(form).map(([member, of]) => [member, answer(`${name}${member}`, of)]);
    return add(name, { type: 'structure', members: Object.fromEntries(members) });
  };

  const operationModel = ({ name, input: members, keys }: Operation<(typeof operations)[number]['name']>) => {
    const output = answers[name];
    const ciphertexts = Object.values(keys).flatMap(({ orIn = [] }) => orIn); // dry runs may do without
    return {
      name,
      http: { method: 'POST', requestUri: `/${name}` },
      input: structure(`${name}Request`, members, ciphertexts),
      ...(output && { output: answer(`${name}Response`, output) }),
      documentation: `https://docs.aws.amazon.com/kms/latest/APIReference/API_${name}.html`,
    };
  };

  const modelled = Object.fromEntries(operations.map((operation) => [operation.name, operationModel(operation)]));
  for (const name of errorNames) {
    add(name, { type: 'structure', members: { message: { shape: 'String' } }, exception: true });
  }
  return { version: '2.0', metadata, operations: modelled, shapes };
};

const metadata = {
  apiVersion,
  auth: ['aws.auth#sigv4'],
  endpointPrefix: 'kms',
  protocol: 'rest-json',
  protocols: ['rest-json'],
  serviceAbbreviation: 'KMS',
  serviceFullName: 'serverless-kms behind API Gateway',
  serviceId: 'KMS',
  signatureVersion: 'v4',
  signingName: 'execute-api',
  uid: `kms-${apiVersion}`,
};

const mapOfStrings = { key: { shape: 'String' }, value: { shape: 'String' } };

const isRequired = (shape: Shape | undefined): boolean =>
  shape !== undefined && !shape.optional && !('default' in shape);

const isList = (form: Exclude<Form, string>): form is readonly [Form] => Array.isArray(form);

/** For the CLI and boto3 to walk pages by themselves: every operation that is declared to have them. */
export const paginators = () => {
  const paged: readonly Operation<(typeof operations)[number]['name']>[] = operations.filter(({ page }) => page);
  const pagination = paged.map(({ name }) => [
    name,
    {
      input_token: 'Marker',
      limit_key: 'Limit',
      more_results: 'Truncated',
      output_token: 'NextMarker',
      result_key: Object.keys(answers[name] ?? {}).find((member) => !['NextMarker', 'Truncated'].includes(member)),
    },
  ]);
  return { pagination: Object.fromEntries(pagination) };
};
