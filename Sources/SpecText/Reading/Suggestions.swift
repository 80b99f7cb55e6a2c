import Diagnostics

/// Suggests names, but not without end: each search walks all candidates, and a broken repository may hold ten thousand
/// mistakes against ten thousand names.
struct Suggestions: Sendable {
  private var comparisonsLeft = 200_000

  mutating func closest(_ word: String, in candidates: some Collection<String>) -> String? {
    guard candidates.count <= comparisonsLeft else { return nil }
    comparisonsLeft -= candidates.count
    return Diagnostics.closest(word, in: candidates).map { "did you mean `\($0)`?" }
  }
}
