import type { KMSClient } from '@aws-sdk/client-kms';

/**
 * Makes a KMS client of the AWS SDK for JavaScript v3 call serverless-kms behind API Gateway: `POST <endpoint>/<Operation>`,
 * signed for `execute-api`. Commands, paginators, retries and errors stay as they are. This file imports types alone, and can
 * be copied into a project as it is.
 *
 *     const kms = forApiGateway(new KMSClient({ region, endpoint: 'https://ID.execute-api.REGION.amazonaws.com/prod' }));
 *
 * @param client with the stage in its endpoint; changed, so give it to nobody who wants AWS's own KMS
 * @returns the same client
 */
export const forApiGateway = <Client extends KMSClient>(client: Client): Client => {
  const { config, middlewareStack } = client;
  const choose = config.httpAuthSchemeProvider; // asked at every call
  const httpAuthSchemeProvider: typeof choose = (parameters) =>
    choose(parameters).map((option) => ({
      ...option,
      signingProperties: { ...option.signingProperties, signingName: 'execute-api' },
    }));
  Object.assign(config, { httpAuthSchemeProvider });
  middlewareStack.add(
    (next, { commandName = '' }) =>
      function callByPath(args) {
        const { request } = args;
        if (!hasPath(request)) throw new TypeError('the request has no path');
        request.path = `${request.path.replace(/\/+$/, '')}/${commandName.replace(/Command$/, '')}`;
        return next(args);
      },
    { step: 'build', name: 'callByPath', override: true }, // before retries and signing: once a call
  );
  return client;
};

const hasPath = (request: unknown): request is { path: string } =>
  typeof request === 'object' && request !== null && 'path' in request && typeof request.path === 'string';
