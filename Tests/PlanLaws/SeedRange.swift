import Glibc

/// The seeds of a random test: `FIRST_SEED` says where they begin and `SEEDS` how many there are; else from 0 on as many as
/// the test asks for.
package func seedRange(_ usual: Int) -> Range<Int> {
  let first = number("FIRST_SEED") ?? 0
  return first..<first + (number("SEEDS") ?? usual)
}

private func number(_ variable: String) -> Int? { getenv(variable).flatMap { Int(String(cString: $0)) } }
