/**
 * Every error the service can answer with, and its HTTP status on the wire.
 * AWS sends 400 for all client errors, whatever status its model gives (kms-reference: recorded from the real service).
 */
export const errorStatuses = {
  AccessDeniedException: 400,
  AlreadyExistsException: 400,
  ConflictException: 400,
  CustomKeyStoreInvalidStateException: 400,
  CustomKeyStoreNotFoundException: 400,
  DependencyTimeoutException: 503,
  DisabledException: 400,
  DryRunOperationException: 400,
  ExpiredImportTokenException: 400,
  ExpiredTokenException: 400,
  IncompleteSignatureException: 400,
  IncorrectKeyException: 400,
  IncorrectKeyMaterialException: 400,
  InvalidAliasNameException: 400,
  InvalidArnException: 400,
  InvalidCiphertextException: 400,
  InvalidGrantIdException: 400,
  InvalidGrantTokenException: 400,
  InvalidImportTokenException: 400,
  InvalidKeyUsageException: 400,
  InvalidMarkerException: 400,
  InvalidSignatureException: 400,
  KeyUnavailableException: 500,
  KMSInternalException: 500,
  KMSInvalidMacException: 400,
  KMSInvalidSignatureException: 400,
  KMSInvalidStateException: 400,
  LimitExceededException: 400,
  MalformedPolicyDocumentException: 400,
  MissingAuthenticationTokenException: 400,
  NotAuthorizedException: 400,
  NotFoundException: 400,
  RequestEntityTooLargeException: 413,
  RequestTimeoutException: 408,
  SerializationException: 400,
  TagException: 400,
  ThrottlingException: 400,
  UnknownOperationException: 400,
  UnrecognizedClientException: 400,
  UnsupportedOperationException: 400,
  ValidationException: 400,
} as const;

export type ErrorName = keyof typeof errorStatuses;

/** The one exception of the service: thrown anywhere, rendered once. Without a message the answer carries none, as AWS does for some. */
export class KmsError extends Error {
  override readonly name: ErrorName;

  constructor(name: ErrorName, message = '', options?: ErrorOptions) {
    super(message, options);
    this.name = name;
  }

  get status(): number {
    return errorStatuses[this.name];
  }
}

/** The answer to a marker that no page of this listing ended with. AWS gives no message here. */
export const invalidMarker = (): KmsError => new KmsError('InvalidMarkerException');

/** Where an answer has the text of an error: what AWS's framework refuses, before the service does, has it under another name. */
export const messageMember = (name: ErrorName): 'message' | 'Message' =>
  name === 'AccessDeniedException' || name === 'SerializationException' ? 'Message' : 'message';
