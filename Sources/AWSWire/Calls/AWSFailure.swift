import Diagnostics
import SQL

/// A call that did not give what it was made for.
package struct AWSFailure: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Kind: String, Hashable, Sendable {
    /// The service said no; `code` says why.
    case refused
    /// An answer that the service does not give: HTML, half a document, another action's.
    case unreadable
    /// No whole answer came.
    case unanswered
    /// There was nothing to sign with.
    case credentials
    case cancelled
  }

  package var kind: Kind
  package var service: AWSService
  package var action: String
  /// The service's own word: `DBInstanceNotFound`.
  package var code: String?
  /// What happened, without the parts beside it. As it came: escaped by `message` alone.
  package var detail: String
  package var requestID: String?
  package var status: Int?
  /// What to do next, where that can be told.
  package var hint: String?
  /// The same call may well work later.
  package var isTransient: Bool
  /// The call may have changed something. Never true of a call that only reads.
  package var mayHaveActed: Bool

  package init(
    _ kind: Kind, service: AWSService, action: String, code: String? = nil, detail: String, requestID: String? = nil,
    status: Int? = nil, hint: String? = nil, isTransient: Bool = false, mayHaveActed: Bool = false
  ) {
    (self.kind, self.service, self.action, self.code) = (kind, service, action, code)
    (self.detail, self.requestID, self.status, self.hint) = (detail, requestID, status, hint)
    (self.isTransient, self.mayHaveActed) = (isTransient, mayHaveActed)
  }

  /// Refused for being one too many.
  package var isThrottling: Bool { status == 429 || code.map(throttlingCodes.contains) ?? false }

  /// One line for people, without the hint: `RDS ModifyDBInstance: AccessDenied: User … (HTTP 403, request 1b2c…)`.
  package var message: String {
    let facts = [status.map { "HTTP \($0)" }, requestID.map { "request \(shortened($0, to: 100))" }].compactMap(\.self)
    let parts = [code.map { shortened($0, to: 100) }, shortened(detail, to: 1000)].compactMap(\.self)
    return escapedForTerminal(
      "\(service.title) \(action): \(parts.filter { !$0.isEmpty }.joined(separator: ": "))"
        + (facts.isEmpty ? "" : " (\(facts.joined(separator: ", ")))"))
  }

  package var description: String { hint.map { "\(message); \($0)" } ?? message }

  /// The same without these texts: a service may echo what it was sent.
  func redacting(_ secrets: [Secret]) -> AWSFailure {
    var redacted = self
    for secret in secrets.map({ $0.reveal() }) where !secret.isEmpty {
      redacted.detail = redacted.detail.split(separator: secret, omittingEmptySubsequences: false)
        .joined(separator: "<redacted>")
    }
    return redacted
  }
}

/// - Source: AWS SDKs and Tools Reference Guide, "Retry behavior", and botocore's `_retry.json`, read 2026-11-22.
private let throttlingCodes: Set<String> = [
  "BandwidthLimitExceeded", "PriorRequestNotComplete", "RequestLimitExceeded", "RequestThrottled",
  "RequestThrottledException", "SlowDown", "ThrottledException", "Throttling", "ThrottlingException",
  "TooManyRequestsException",
]

private func shortened(_ text: String, to length: Int) -> String {
  text.count > length ? "\(text.prefix(length - 1))…" : text
}
