/** What the stack gives to functions, all of it to each. */
export const functionEnvironment = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'AKIAEXAMPLEEXAMPLE00',
  AWS_SECRET_ACCESS_KEY: 'none',
  AUDIT_QUEUE_URL: 'https://queue.invalid/audit',
  ROOT_ARNS: 'arn:root-1',
  INSTALLATION_ID: 'kms',
  KMS_ENDPOINT: 'https://kms.invalid/prod',
  ...Object.fromEntries(['KEYS', 'ALIASES', 'GRANTS', 'USAGE'].map((name) => [`${name}_TABLE`, name.toLowerCase()])),
};
