/**
 * How every AWS client here behaves: a call that hangs fails, and is tried again, well within the function's own time.
 * Times in milliseconds.
 */
export const awsClient = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 1000, requestTimeout: 3000, throwOnRequestTimeout: true },
};
