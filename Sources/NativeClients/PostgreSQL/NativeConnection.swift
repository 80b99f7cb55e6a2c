import CLibPQ

/// The `PGconn` and what belongs to it.
///
/// `@unchecked Sendable`: it is made on a connection's queue by the handshake, handed once to the actor that runs
/// on that queue, and used by nothing else; `deinit` runs when no other reference is left.
final class NativeConnection: @unchecked Sendable {
  let pointer: OpaquePointer
  private let notices = NoticeList()

  init(_ pointer: OpaquePointer) {
    self.pointer = pointer
    // The list lives as long as the connection, and libpq calls back only from within our own calls.
    PQsetNoticeProcessor(
      pointer,
      { list, text in
        guard let list, let text else { return }
        Unmanaged<NoticeList>.fromOpaque(list).takeUnretainedValue().append(String(cString: text))
      }, Unmanaged.passUnretained(notices).toOpaque())
  }

  deinit {
    PQfinish(pointer)
  }

  var errorMessage: String { String(cString: PQerrorMessage(pointer)) }

  func takeNotices() -> [String] { notices.take() }
}

private final class NoticeList {
  /// A function that warns for every row must not fill the memory.
  private static let limit = 1000
  private var texts: [String] = []

  func append(_ text: String) {
    guard texts.count < Self.limit else { return }
    texts.append(text.hasSuffix("\n") ? String(text.dropLast()) : text)
  }

  func take() -> [String] {
    defer { texts = [] }
    return texts
  }
}
