/// Why the journal could not be read or written. Its message names the file, and the record where there is one.
package struct JournalFailure: Error, Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable {
    /// The system refused: no space, no permission.
    case unusable
    /// What is there is no journal, or not as it was written. Never taken for a new one.
    case damaged
    case newerFormat
  }

  package var kind: Kind
  package var message: String
  package var hint: String

  package init(_ kind: Kind, _ message: String, hint: String) {
    (self.kind, self.message, self.hint) = (kind, message, hint)
  }

  static func damaged(_ path: String, _ what: String) -> JournalFailure {
    JournalFailure(
      .damaged, "\(path): \(what)",
      hint:
        "keep the file as evidence and move its directory away; plans don't need it, and a new one is started"
    )
  }
}
