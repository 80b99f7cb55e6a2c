import Model
import Planner
import SQL

/// The only writer of one instance, for the length of one run.
package protocol Applier: Sendable {
  /// Does one operation whole or fails.
  ///
  /// - Errors: `ApplyFailure`, which says whether anything of the operation stays behind.
  func perform(_ operation: Operation) async throws(ApplyFailure)

  /// Somebody asked the run to stop: what waits for the instance to be ready for it gives up and leaves nothing; what has
  /// begun goes on.
  func stopWaiting() async

  /// Ends the run: closes connections, gives back the lock.
  func finish() async
}

extension Applier {
  /// Nothing, where an operation begins at once.
  package func stopWaiting() async {}
}

/// Takes the lock of an instance and gives the writer that holds it.
package protocol ApplierSource: Sendable {
  func lockAndOpen(_ instance: DesiredInstance, run: String) async throws(LockFailure) -> any Applier
}

package enum LockFailure: Error, Hashable, Sendable {
  /// Another run holds it; the message names the holder.
  case held(message: String)
  case failed(message: String, hint: String)
}

package struct ApplyFailure: Error, Hashable, Sendable {
  package var message: String
  package var hint: String?
  /// `true` where the operation is known to have left nothing behind: its transaction was rolled back, or it never began.
  package var leftNothing: Bool
  /// Trying the whole step again, after a fresh look, is safe and may work.
  package var isTransient: Bool

  package init(message: String, hint: String? = nil, leftNothing: Bool, isTransient: Bool = false) {
    (self.message, self.hint) = (message, hint)
    (self.leftNothing, self.isTransient) = (leftNothing, isTransient)
  }
}

/// Gives the secrets that references name. Asked at the edge only.
package protocol SecretSource: Sendable {
  func resolve(_ reference: SecretRef) async throws(SecretFailure) -> Secret

  /// When what the reference names was last changed; `nil` where nothing tells, as of an environment variable.
  func lastChange(of reference: SecretRef) async -> Timestamp?
}

extension SecretSource {
  package func lastChange(of reference: SecretRef) async -> Timestamp? { nil }
}

package struct SecretFailure: Error, Hashable, Sendable {
  package var reference: SecretRef
  package var message: String

  package init(reference: SecretRef, message: String) { (self.reference, self.message) = (reference, message) }
}
