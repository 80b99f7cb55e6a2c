/// What one YAML file may cost. Real specs stay far below; hostile ones are refused before they cost a
/// second.
package enum YAMLLimits {
  package static let fileBytes = 8 * 1024 * 1024
  package static let depth = 64
  /// A node takes 56 bytes, and a growing array half as much again.
  package static let nodesPerFile = 1_000_000
  /// Nodes of a file that stand there only through aliases. Shared in memory, but whoever walks the tree
  /// meets them.
  package static let aliasedNodesPerFile = 100_000
  package static let errorsPerFile = 100
}
