import CLibPQ
import SQL

/// One `PGresult`, freed with the value.
struct NativeResult: ~Copyable {
  private let pointer: OpaquePointer

  /// - Parameter pointer: owned from now on.
  init(_ pointer: OpaquePointer) {
    self.pointer = pointer
  }

  deinit {
    PQclear(pointer)
  }

  var status: ExecStatusType { PQresultStatus(pointer) }

  var isCopy: Bool {
    status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH
  }

  var isFailure: Bool {
    status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && status != PGRES_EMPTY_QUERY
  }

  func field(_ code: Character) -> String? {
    // Each code is an ASCII character of `postgres_ext.h`.
    guard let ascii = code.asciiValue, let text = PQresultErrorField(pointer, Int32(ascii)) else {
      return nil
    }
    return String(cString: text)
  }

  var rows: SQLRows {
    let columns = (0..<PQnfields(pointer)).map { String(cString: PQfname(pointer, $0)) }
    let affected = Int(String(cString: PQcmdTuples(pointer)))
    return SQLRows(columns: columns, rowCount: Int(PQntuples(pointer)), affectedRows: affected) {
      row, column in
      let (row, column) = (Int32(row), Int32(column))
      guard PQgetisnull(pointer, row, column) == 0 else { return nil }
      return UnsafeRawBufferPointer(
        start: PQgetvalue(pointer, row, column), count: Int(PQgetlength(pointer, row, column)))
    }
  }
}

/// The letters under which a failed result keeps its parts (`PG_DIAG_…`).
enum DiagnosticField {
  static let sqlState: Character = "C"
  static let message: Character = "M"
  static let detail: Character = "D"
  static let hint: Character = "H"
  static let position: Character = "P"
}
