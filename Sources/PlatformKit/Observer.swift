import Model

/// Reads one kind of platform. Holds no means of writing.
package protocol Observer: Sendable {
  /// Reads together what these instances have in common, so that looking at each of them costs less. Failures show when
  /// an instance is looked at that needs what failed.
  ///
  /// - Parameter instances: those of one platform that `observe` is called for next.
  func prepare(for instances: [DesiredInstance], at now: Timestamp) async

  /// Observes the whole of one instance.
  ///
  /// - Errors: `ObservationFailure` where it can't be told what the instance is like. An instance that isn't there is no
  ///   failure but `Presence.absent`.
  func observe(_ instance: DesiredInstance, at now: Timestamp) async throws(ObservationFailure) -> Observed

  /// The reason why this instance is none of this host's business; `nil` where it is.
  func reasonToSkip(_ instance: DesiredInstance) -> String?
}

extension Observer {
  /// Nothing, where each instance is read for itself.
  package func prepare(for instances: [DesiredInstance], at now: Timestamp) async {}
}

/// Why an instance could not be observed.
package struct ObservationFailure: Error, Hashable, Sendable {
  package var address: Address
  package var message: String
  /// What to do next.
  package var hint: String
  package var isTransient: Bool

  package init(address: Address, message: String, hint: String, isTransient: Bool = false) {
    (self.address, self.message, self.hint, self.isTransient) = (address, message, hint, isTransient)
  }
}
