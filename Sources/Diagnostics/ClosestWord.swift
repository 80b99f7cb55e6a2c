/// The candidate that the author most likely meant, or nil where none is near.
///
/// Near is one edit for three letters: insert, delete, replace, or swap neighbours. Case is free. Among
/// equals the first in sorting order wins, so the order of the candidates never shows.
package func closest(_ word: String, in candidates: some Sequence<String>) -> String? {
  let letters = Array(word.lowercased().unicodeScalars)
  guard letters.count <= longestMisspelt else { return nil }
  let limit = min(max(1, letters.count / 3), letters.count - 1)
  var best: (distance: Int, word: String)?
  for candidate in candidates where candidate != word {
    let other = Array(candidate.lowercased().unicodeScalars)
    guard abs(other.count - letters.count) <= limit else { continue }
    let distance = editDistance(letters, other)
    guard distance <= limit else { continue }
    if best.map({ (distance, candidate) < ($0.distance, $0.word) }) ?? true { best = (distance, candidate) }
  }
  return best?.word
}

/// A longer word is no misspelt name, and the distance takes quadratic time.
private let longestMisspelt = 100

/// Damerau-Levenshtein distance in its "optimal string alignment" form: no substring is edited twice.
private func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
  var beforePrevious: [Int] = []
  var previous = Array(0...b.count)
  for i in a.indices {
    var row = [i + 1]
    for j in b.indices {
      var cost = min(previous[j + 1] + 1, row[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforePrevious[j - 1] + 1) }
      row.append(cost)
    }
    (beforePrevious, previous) = (previous, row)
  }
  return previous[b.count]
}
