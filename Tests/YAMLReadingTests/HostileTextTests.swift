import Diagnostics
import NativeClients
import Testing

private func codes(_ text: String) -> [DiagnosticCode] {
  readDocuments(in: Array(text.utf8), file: "a.yaml").diagnostics.map(\.code)
}

@Suite(.serialized) struct HostileText {
  @Test(arguments: ["[", "{a: ", "- ", "? ", "[{a: ", "{? "])
  func deepNestingIsRefused(opening: String) {
    #expect(codes(String(repeating: opening, count: 10_000)) == [.tooDeep])
  }

  @Test func deepIndentationIsRefused() {
    let lines = (0..<3_000).map { String(repeating: " ", count: $0) + "a:\n" }
    #expect(codes(lines.joined()) == [.tooDeep])
  }

  @Test func theDeepestAllowedNestingIsRead() {
    let depth = YAMLLimits.depth
    let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    #expect(codes(text) == [])
    #expect(codes("[" + text + "]") == [.tooDeep])
  }

  @Test func aliasBombsAreRefused() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...30 {
      let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(aliases)]\n"
    }
    #expect(codes(text) == [.aliasBudget])
  }

  @Test func aliasesDoNotNestPastTheLimit() {
    var text = "a0: &a0 []\n"
    for level in 1...200 { text += "a\(level): &a\(level) [*a\(level - 1)]\n" }
    #expect(codes(text) == [.tooDeep])
  }

  @Test func manyValuesAreRefused() {
    #expect(codes("[" + String(repeating: "a,", count: YAMLLimits.nodesPerFile) + "]") == [.tooManyNodes])
  }

  @Test func manyErrorsAreCut() {
    let found = codes(String(repeating: "- !t x\n", count: 5_000))
    #expect(found.count == YAMLLimits.errorsPerFile + 1)
    #expect(found.last == .tooManyErrors)
  }

  @Test func duplicatesAmongManyKeysAreFound() {
    let keys = (0..<50_000).map { "key\($0): 1\n" }.joined()
    #expect(codes(keys) == [])
    #expect(codes(keys + "key7: 2\n") == [.duplicateKey])
  }

  /// Each of these, repeated, has been quadratic or fatal in some YAML reader.
  @Test(arguments: [
    "[", "]", "{", "}", "- ", "? ", ": ", "&a ", "*a ", "!t ", "%A\n", "#", "\n", "\t", "\"", "'", "|\n",
    ">\n", "a: ",
    "---\n", "...\n", ",", "a\n", "é", "a: b\n ", "{a,", "\"\\x", "- - a\n", "&a a: *a\n", "@", "[a]: ",
    "{}: ",
  ])
  func repetitionTakesLinearTime(piece: String) {
    let text = String(repeating: piece, count: 1_000_000 / piece.utf8.count)
    let clock = ContinuousClock()
    var found: [Diagnostic] = []
    let time = clock.measure {
      let read = readDocuments(in: Array(text.utf8), file: "a.yaml")
      found = read.diagnostics
    }
    #expect(time < .seconds(10), "\(piece): \(time)")
    #expect(found.count <= YAMLLimits.errorsPerFile + 1)
  }

  @Test func mutationsNeverCrashTheReader() {
    var random = SeededRandom(state: 42)
    let valid = Array(sample.utf8)
    for _ in 0..<4_000 {
      var bytes = valid
      for _ in 0..<Int.random(in: 1...6, using: &random) { mutate(&bytes, &random) }
      let read = readDocuments(in: bytes, file: "a.yaml")
      var sources = SourceCache()
      sources["a.yaml"] = SourceText(bytes)
      let text = renderDiagnostics(read.diagnostics, sources: sources)
      #expect(text.isEmpty == read.diagnostics.isEmpty)
    }
  }
}

private func mutate(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
  let place = Int.random(in: 0..<bytes.count, using: &random)
  let special = Array("[]{}&*!|>'\"%@`#:-?,\t\n\r \u{0}~<é".utf8) + [0xFF, 0xC3, 0xE2]
  switch Int.random(in: 0..<5, using: &random) {
  case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
  case 1: bytes[place] = special.randomElement(using: &random) ?? 0
  case 2: bytes.insert(special.randomElement(using: &random) ?? 0, at: place)
  case 3: bytes.removeSubrange(place..<min(place + 5, bytes.count - 1))
  default: bytes.insert(contentsOf: bytes[place..<min(place + 20, bytes.count)], at: 0)
  }
}

/// SplitMix64, so that a failure comes again.
private struct SeededRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

private let sample = """
  # a sample
  kind: Access
  name: &name "orders-access"
  databases: [orders, *name]
  roles: &roles
    orders_rw: {}
    alice: { login: true, member_of: [orders_ro], expires: 2027-01-31 }
  text: |
    several
    lines
  folded: >-
    größe
    日本
  ---
  grants:
    - to: 'auditor'
      table: { payments: ["select (id, amount)"] }
    - ? x
      : y
  ...

  """
