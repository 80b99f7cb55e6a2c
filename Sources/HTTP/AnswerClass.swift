/// What an answer means for trying again. Only its reader can tell: AWS throttles with 400 and a code in the body.
package enum AnswerClass: Hashable, Sendable {
  case success
  /// Refused for being one too many, and surely not acted upon.
  case throttled(retryAfter: Duration?)
  /// A fault of the server, which may have acted.
  case serverError(retryAfter: Duration?)
  /// An answer that the same request would get again.
  case final

  package static var serverError: AnswerClass { .serverError(retryAfter: nil) }
}

/// How one attempt ended.
package enum AttemptResult: Hashable, Sendable {
  case answer(AnswerClass)
  case failure(HTTPFailure)
}
