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
  /// - Parameter earlier: a look of the same run, which tells what has not changed since. It may be left unused.
  /// - Errors: `ObservationFailure` where it can't be told what the instance is like. An instance that isn't there is no
  ///   failure but `Presence.absent`.
  func observe(
    _ instance: DesiredInstance, at now: Timestamp, since earlier: EarlierLook?
  ) async throws(ObservationFailure) -> Observed

  /// The reason why this instance is none of this host's business; `nil` where it is.
  func reasonToSkip(_ instance: DesiredInstance) -> String?
}

extension Observer {
  /// Nothing, where each instance is read for itself.
  package func prepare(for instances: [DesiredInstance], at now: Timestamp) async {}

  package func observe(
    _ instance: DesiredInstance, at now: Timestamp
  ) async throws(ObservationFailure) -> Observed {
    try await observe(instance, at: now, since: nil)
  }
}

/// What a run saw of an instance a step before.
package struct EarlierLook: Sendable {
  package var observed: Observed
  /// The databases to look into again; the others hold what they held.
  package var changed: Set<String>

  package init(_ observed: Observed, changed: Set<String>) { (self.observed, self.changed) = (observed, changed) }

  /// What need not be read again.
  package func contents(of database: String) -> Database? {
    guard !changed.contains(database), let known = observed.databases[database], known.isRead else { return nil }
    return known
  }
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
