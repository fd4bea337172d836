import { proxyOptions } from '../clients/proxy/options.ts';
import { command } from './command.ts';

export const proxy = command({
  summary: 'lead KMS clients to a deployed service',
  about: `Takes the calls of any KMS client on this machine and sends them to the deployed service, signed with your own AWS
credentials: those of the environment, of a profile, of IAM Identity Center and so on, as every AWS client finds them.
Clients sign for the proxy with a key that it makes at its start and prints; nobody without it can use your rights.
Runs until Ctrl-C.`,
  options: {
    endpoint: {
      value: 'URL',
      about: 'of the deployed service, with its stage: https://ID.execute-api.REGION.amazonaws.com/prod',
    },
    port: { value: 'N', about: 'port to listen on, on 127.0.0.1; 0 for any free one', byDefault: '4600' },
    region: { value: 'REGION', about: 'of the service', variable: 'AWS_REGION', byDefault: "the endpoint's own" },
    profile: { value: 'NAME', about: 'whose credentials sign', variable: 'AWS_PROFILE' },
  },
  json: 'one line when ready, instead of text: endpoint, to, region, accessKeyId, secretAccessKey, pid',
  examples: [
    ['kms proxy --endpoint https://abc123.execute-api.eu-west-1.amazonaws.com/prod', 'prints the lines to paste'],
  ],
  async run({ values }) {
    const options = proxyOptions(values, process.env);
    const { runProxy } = await import('./proxy/run-proxy.ts');
    return runProxy(options, values.quiet === true);
  },
});
