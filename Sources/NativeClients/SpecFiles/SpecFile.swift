/// One file of a tree of specs.
package struct SpecFile: Sendable {
  /// As shown to the user: the root as it was given, then the way down.
  package let path: String
  /// Without a byte order mark.
  package let bytes: [UInt8]
}

/// What a tree of specs may hold. Far above the largest real one; reached by a root that was given by
/// mistake.
package enum SpecTreeLimits {
  package static let files = 50_000
  /// Files and directories that are looked at, specs or not.
  package static let entries = 200_000
  package static let bytes = 64 * 1024 * 1024
  /// YAML values, 56 bytes each.
  package static let nodes = 2_000_000
  /// After so many errors no further file is read: nobody mends more in one go.
  package static let errors = 1_000
}
