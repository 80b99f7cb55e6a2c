import HTTP

/// The answer as far as it has come, within its limits.
struct AnswerBuffer {
  /// Why the transfer was ended from our side.
  enum Fault: Hashable {
    case bodyTooLarge, headersTooLarge, malformedHeader
  }

  /// Of all headers of an answer. curl limits only each line, to 100 KB.
  static let mostHeaderBytes = 256 << 10

  private static let versions = ["HTTP/1.0", "HTTP/1.1", "HTTP/2"]

  private let bodyLimit: Int
  private var status = 0
  private var headers: [HTTPHeader] = []
  private var headerBytes = 0
  private var isHeadComplete = false
  private var body: [UInt8] = []
  private(set) var fault: Fault?

  init(bodyLimit: Int) { self.bodyLimit = bodyLimit }

  /// `nil` before a whole head of an answer is there.
  var response: HTTPResponse? {
    isHeadComplete ? HTTPResponse(status: status, headers: headers, body: body) : nil
  }

  mutating func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard body.count + bytes.count <= bodyLimit else { return end(.bodyTooLarge) }
    body.append(contentsOf: bytes)
    return true
  }

  /// curl calls it line by line: a status line, headers, an empty line; again for the answer after a `100 Continue`;
  /// and for trailers, which are dropped, since nothing checks them.
  mutating func takeHeaderLine(_ bytes: UnsafeRawBufferPointer) -> Bool {
    if isHeadComplete { return true }
    headerBytes += bytes.count
    guard headerBytes <= AnswerBuffer.mostHeaderBytes else { return end(.headersTooLarge) }
    let line = bytes.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
    if line.starts(with: "HTTP/".utf8) { return takeStatus(line) }
    if line.isEmpty {
      isHeadComplete = status >= 200
      return true
    }
    return takeHeader(line)
  }

  private mutating func takeStatus(_ line: Slice<UnsafeRawBufferPointer>) -> Bool {
    let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
    // curl lets more pass: what stands between the slash and the first space, it does not read to the end.
    guard words.count >= 2, AnswerBuffer.versions.contains(where: { $0.utf8.elementsEqual(words[0]) }),
      let status = Int(String(decoding: words[1], as: UTF8.self)), (100...599).contains(status)
    else { return end(.malformedHeader) }
    self.status = status
    headers = []
    return true
  }

  private mutating func takeHeader(_ line: Slice<UnsafeRawBufferPointer>) -> Bool {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return end(.malformedHeader) }
    let name = String(decoding: line[..<colon], as: UTF8.self)
    let value = line[line.index(after: colon)...]
    // A line that begins with a space would continue the one before: RFC 9112 lets it be refused, and its name is none.
    guard isToken(name), value.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }) else {
      return end(.malformedHeader)
    }
    let header = HTTPHeader(name, trimmed(String(decoding: value, as: UTF8.self)))
    // Two lengths that differ: RFC 9112 calls it an attack or a broken server, where curl takes the last.
    let isLength = header.name == "content-length"
    if isLength, headers.contains(where: { $0.name == header.name && $0.value != header.value }) {
      return end(.malformedHeader)
    }
    headers.append(header)
    return true
  }

  private mutating func end(_ fault: Fault) -> Bool {
    self.fault = fault
    return false
  }

  private func trimmed(_ text: String) -> String {
    let isBlank = { (character: Character) in character == " " || character == "\t" }
    var rest = text.drop(while: isBlank)
    while let last = rest.last, isBlank(last) { rest.removeLast() }
    return String(rest)
  }
}
