/// One result set, in the server's text format.
///
/// - Shape: a collection of rows. All cells lie in one byte array, so that a result of a million cells costs two
///   allocations and not a million.
package struct SQLRows: Sendable, Hashable {
  package let columns: [String]
  /// The rows that an `INSERT`, `UPDATE`, `DELETE` or the like touched; `nil` where the command has no such count.
  package let affectedRows: Int?
  private let rowCount: Int
  private var bytes: [UInt8] = []
  /// Where each cell ends in `bytes`; the complement of that where the cell is NULL.
  private var ends: [Int] = []

  /// Builds the rows from a source that yields cell by cell, row after row.
  ///
  /// - Parameter cell: the bytes of one cell, `nil` for NULL; the buffer is read before the next call.
  package init(
    columns: [String], rowCount: Int, affectedRows: Int? = nil,
    cell: (_ row: Int, _ column: Int) -> UnsafeRawBufferPointer?
  ) {
    self.columns = columns
    self.rowCount = rowCount
    self.affectedRows = affectedRows
    ends.reserveCapacity(rowCount * columns.count)
    for row in 0..<rowCount {
      for column in columns.indices { append(cell(row, column)) }
    }
  }

  /// Rows written out, for fakes and tests.
  package init(columns: [String], rows: [[String?]], affectedRows: Int? = nil) {
    self.columns = columns
    self.rowCount = rows.count
    self.affectedRows = affectedRows
    for row in rows {
      precondition(row.count == columns.count, "a row has another number of cells than there are columns")
      for cell in row { append(cell) }
    }
  }

  /// The cell, `nil` for NULL. Bytes that are not UTF-8 (a `SQL_ASCII` database) are replaced by U+FFFD.
  package subscript(row: Int, column: Int) -> String? {
    precondition((0..<rowCount).contains(row) && columns.indices.contains(column), "no such cell")
    let index = row * columns.count + column
    guard ends[index] >= 0 else { return nil }
    let start = index == 0 ? 0 : offset(ends[index - 1])
    return String(decoding: bytes[start..<ends[index]], as: UTF8.self)
  }

  /// Whether no cell holds a character outside of ASCII: told in one pass, and for nearly every result there is.
  package var isASCII: Bool { bytes.reduce(0, |) < 0x80 }

  /// The only cell of a result of one row and one column or more: the usual answer to a question.
  package var firstCell: String? {
    isEmpty || columns.isEmpty ? nil : self[0, 0]
  }

  private mutating func append(_ cell: UnsafeRawBufferPointer?) {
    if let cell { bytes.append(contentsOf: cell) }
    ends.append(cell == nil ? ~bytes.count : bytes.count)
  }

  private mutating func append(_ cell: String?) {
    if let cell { bytes.append(contentsOf: cell.utf8) }
    ends.append(cell == nil ? ~bytes.count : bytes.count)
  }

  private func offset(_ end: Int) -> Int { end < 0 ? ~end : end }
}

extension SQLRows: RandomAccessCollection {
  package var startIndex: Int { 0 }
  package var endIndex: Int { rowCount }
  package subscript(position: Int) -> SQLRow { SQLRow(rows: self, index: position) }
}

/// One row of a result set.
package struct SQLRow: Sendable, Hashable {
  private let rows: SQLRows
  private let index: Int

  fileprivate init(rows: SQLRows, index: Int) {
    self.rows = rows
    self.index = index
  }

  package subscript(column: Int) -> String? { rows[index, column] }

  /// The cell of the first column of that name, which has to exist.
  package subscript(column: String) -> String? {
    guard let position = rows.columns.firstIndex(of: column) else {
      preconditionFailure("the statement has no column named \(column)")
    }
    return rows[index, position]
  }
}
