import FoundationEssentials

/// One value of a JSON object, as far as anybody here looks.
enum JSONMember: Decodable, Hashable {
  case text(String)
  case whole(Int)
  case truth(Bool)
  case null
  /// A fraction, a list or an object.
  case other

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let text = try? value.decode(String.self) {
      self = .text(text)
    } else if let truth = try? value.decode(Bool.self) {
      self = .truth(truth)
    } else if let whole = try? value.decode(Int.self) {
      self = .whole(whole)
    } else {
      self = .other
    }
  }
}

/// The members of a JSON object.
///
/// - Errors: `JSONFailure` for anything else, and where two members have one name: which one counts is anybody's guess.
func readJSONObject(_ bytes: [UInt8]) throws(JSONFailure) -> [String: JSONMember] {
  do {
    let members = try JSONDecoder().decode([String: JSONMember].self, from: Data(bytes))
    let names = try JSONDecoder().decode([String].self, from: Data(joinedNames(bytes)))
    guard Set(names).count == names.count else { throw JSONFailure(message: "a name stands in it twice") }
    return members
  } catch let failure as JSONFailure {
    throw failure
  } catch {
    // The decoder's own words may quote the text, which may be a secret.
    throw JSONFailure(message: "it is not a JSON object")
  }
}

struct JSONFailure: Error, Hashable {
  /// Without anything of the text itself.
  let message: String
}

extension [String: JSONMember] {
  /// The text called so; `nil` where there is none, or something else.
  func text(_ name: String) -> String? {
    if case .text(let text)? = self[name] { text } else { nil }
  }
}

/// The outermost object's names as they are written, as a list: the decoder drops all but one of a name's members.
private func joinedNames(_ object: [UInt8]) -> [UInt8] {
  var (depth, isName, names) = (0, false, [UInt8]("[".utf8))
  var index = 0
  while index < object.count {
    switch object[index] {
    case UInt8(ascii: "\""):
      let end = endOfText(object, from: index)
      if depth == 1, isName {
        if names.count > 1 { names.append(UInt8(ascii: ",")) }
        names += object[index..<end]
      }
      index = end
      continue
    case UInt8(ascii: "{"), UInt8(ascii: "["): (depth, isName) = (depth + 1, depth == 0)
    case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
    case UInt8(ascii: ","): isName = true
    case UInt8(ascii: ":"): isName = false
    default: break
    }
    index += 1
  }
  return names + "]".utf8
}

/// The index after the text's closing quote.
private func endOfText(_ bytes: [UInt8], from start: Int) -> Int {
  var index = start + 1
  while index < bytes.count, bytes[index] != UInt8(ascii: "\"") { index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1 }
  return min(index + 1, bytes.count)
}
