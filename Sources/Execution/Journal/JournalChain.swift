/// The records of a journal, each checked against the one before.
struct JournalChain: Sendable {
  private(set) var records: [JournalRecord] = []
  private(set) var lastDigest = ""
  /// Bytes of whole records.
  private(set) var length = 0
  /// Bytes after the last whole record: a write that was cut off.
  private(set) var tornBytes = 0

  /// Takes in what comes after the bytes read so far.
  mutating func read(_ bytes: [UInt8], path: String) throws(JournalFailure) {
    var rest = bytes[...]
    while let end = rest.firstIndex(of: newline) {
      try take(rest[..<end], path)
      length += end + 1 - rest.startIndex
      rest = rest[(end + 1)...]
    }
    tornBytes = rest.count
    if records.isEmpty { throw .damaged(path, bytes.isEmpty ? "the journal is empty" : "this is no journal") }
  }

  private mutating func take(_ bytes: ArraySlice<UInt8>, _ path: String) throws(JournalFailure) {
    let number = records.count
    guard let line = JournalLine(bytes) else {
      if number == 0 { throw .damaged(path, "this is no journal, or its first record was altered") }
      throw .damaged(path, "record \(number) (line \(number + 1)) was altered")
    }
    guard line.record.sequence == number, line.record.previous == lastDigest else {
      throw .damaged(
        path,
        "record \(number) (line \(number + 1)) does not follow the one before: a record was removed or put in"
      )
    }
    if case .header(let format, let tool) = line.record.kind {
      guard number == 0 else {
        throw .damaged(path, "record \(number) (line \(number + 1)) is a second header")
      }
      guard format <= JournalRecord.format else {
        throw JournalFailure(
          .newerFormat, "\(path) was written by version \(tool), which this version can't read",
          hint: "use version \(tool) or later")
      }
    } else if number == 0 {
      throw .damaged(path, "the first record is no header")
    }
    records.append(line.record)
    lastDigest = line.digest
  }
}
