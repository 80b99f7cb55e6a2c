import Synchronization

/// A group in a saved plan is one text, `orders/table/app/customers/payments`: database, kind, schema and names, of which
/// `%` and `/` are written `%25` and `%2F`. A plan names the same thousands of objects again and again, and as lists of
/// strings they took half the time that it takes to write it and to read it.
extension ObjectGroup: Codable {
  package init(from decoder: any Decoder) throws {
    let text = try String(from: decoder)
    let known = decoder.userInfo[.objectGroups] as? ObjectGroupsRead
    if let group = known?.group(text) {
      self = group
      return
    }
    let parts = text.utf8.split(separator: slash, omittingEmptySubsequences: false).map(unescaped)
    guard parts.count > 2, let kind = ObjectKind(rawValue: parts[1]) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "`\(text)` names no objects"))
    }
    self.init(database: parts[0], kind: kind, schema: parts[2], names: Array(parts[3...]))
    known?.add(self, as: text)
  }

  package func encode(to encoder: any Encoder) throws {
    var text = escaped(database) + "/" + kind.rawValue + "/" + escaped(schema)
    for name in names {
      text += "/"
      text += escaped(name)
    }
    try text.encode(to: encoder)
  }
}

extension CodingUserInfoKey {
  /// The `ObjectGroupsRead` of one text.
  package static let objectGroups = CodingUserInfoKey(rawValue: "objectGroups")!
}

/// The groups that were read of a text so far: a plan names the same objects in many places, which then share their names.
package final class ObjectGroupsRead: Sendable {
  private let groups = Mutex<[String: ObjectGroup]>([:])

  package init() {}

  fileprivate func group(_ text: String) -> ObjectGroup? { groups.withLock { $0[text] } }

  fileprivate func add(_ group: ObjectGroup, as text: String) { groups.withLock { $0[text] = group } }
}

private let (slash, percent) = (UInt8(ascii: "/"), UInt8(ascii: "%"))

private func escaped(_ name: String) -> String {
  guard name.utf8.contains(where: { $0 == slash || $0 == percent }) else { return name }
  var bytes: [UInt8] = []
  for byte in name.utf8 {
    switch byte {
    case slash: bytes += "%2F".utf8
    case percent: bytes += "%25".utf8
    default: bytes.append(byte)
    }
  }
  return String(decoding: bytes, as: UTF8.self)
}

private func unescaped(_ part: Substring.UTF8View) -> String {
  let text = String(Substring(part))
  guard part.contains(percent) else { return text }
  let pieces = text.utf8.split(separator: percent, omittingEmptySubsequences: false)
  var bytes = Array(pieces[0])
  for piece in pieces.dropFirst() {
    bytes.append(piece.starts(with: "2F".utf8) ? slash : percent)
    bytes += piece.dropFirst(2)
  }
  return String(decoding: bytes, as: UTF8.self)
}
