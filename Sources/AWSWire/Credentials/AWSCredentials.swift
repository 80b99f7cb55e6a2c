import Model
import SQL

/// What requests are signed with.
package struct AWSCredentials: Hashable, Sendable {
  package var accessKeyID: String
  package var secretAccessKey: Secret
  /// Only temporary credentials have one.
  package var sessionToken: Secret?
  /// `nil` where nothing tells.
  package var expires: Timestamp?
  /// Where they come from, for people: ``profile `prod` ``.
  package var source: String

  package init(
    accessKeyID: String, secretAccessKey: Secret, sessionToken: Secret? = nil, expires: Timestamp? = nil,
    source: String
  ) {
    (self.accessKeyID, self.secretAccessKey) = (accessKeyID, secretAccessKey)
    (self.sessionToken, self.expires, self.source) = (sessionToken, expires, source)
  }
}

/// Gives the credentials that a client signs with.
package protocol CredentialSource: Sendable {
  /// - Parameter stale: credentials that the service has just called expired; `nil` for whatever is good by the clock.
  /// - Returns: `nil` where requests go out unsigned.
  func credentials(replacing stale: AWSCredentials?) async throws(CredentialFailure) -> AWSCredentials?
}

/// Credentials that are what they are.
package struct FixedCredentials: CredentialSource {
  private let credentials: AWSCredentials?

  /// - Parameter credentials: `nil` for requests that are not signed.
  package init(_ credentials: AWSCredentials?) { self.credentials = credentials }

  package func credentials(replacing stale: AWSCredentials?) -> AWSCredentials? { credentials }
}

/// Why there are no credentials. Never holds one.
package struct CredentialFailure: Error, Hashable, Sendable, CustomStringConvertible {
  package var message: String
  /// What to do next.
  package var hint: String
  /// Asking again may work.
  package var isTransient: Bool

  package init(message: String, hint: String, isTransient: Bool = false) {
    (self.message, self.hint, self.isTransient) = (message, hint, isTransient)
  }

  package var description: String { "\(message) (\(hint))" }
}
