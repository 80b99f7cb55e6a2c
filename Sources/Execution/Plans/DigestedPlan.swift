import Model
import NativeClients
import Planner

/// The JSON of a plan, cut where what its digest leaves out stands: when it was made, and its advice. So the plan is
/// written once for both, and read without being written anew.
///
/// The members of an object are sorted by name: `createdAt` is the first, and after `released` come only `scope`, `specs`
/// and `toolVersion`, which have no such member. Inside a string a quotation mark is always escaped, so that a member's
/// name between two of them is found nowhere else.
struct DigestedPlan {
  private var createdAt: [UInt8]
  private var middle: [UInt8]
  private var released: [UInt8]
  private var end: [UInt8]

  private static let first = Array("{\"createdAt\":".utf8)
  private static let advice = Array(",\"released\":".utf8)
  private static let afterAdvice = Array(",\"scope\":".utf8)

  init(_ plan: Plan) {
    guard let cut = DigestedPlan(whole: PlanText.encode(plan)) else {
      preconditionFailure("a plan's members are not in their order")
    }
    self = cut
  }

  /// `nil` where the bytes aren't a plan as it is written.
  init?(whole: [UInt8]) {
    guard whole.starts(with: Self.first), let comma = whole[Self.first.count...].firstIndex(of: UInt8(ascii: ",")),
      let scope = Self.last(Self.afterAdvice, in: whole[...]), scope > comma,
      let advice = Self.last(Self.advice, in: whole[..<scope]), advice > comma
    else { return nil }
    createdAt = Array(whole[Self.first.count..<comma])
    middle = Array(whole[comma..<advice])
    released = Array(whole[(advice + Self.advice.count)..<scope])
    end = Array(whole[scope...])
  }

  /// SHA-256 of the plan as if it were made at 0 and advised nothing.
  var digest: String {
    var digest = SHA256Digest()
    digest.update(Self.first + Array("0".utf8))
    digest.update(middle)
    digest.update(Self.advice + Array("[]".utf8))
    digest.update(end)
    return digest.finalizeHex()
  }

  var whole: [UInt8] { Self.first + createdAt + middle + Self.advice + released + end }

  /// Where the pattern begins for the last time.
  private static func last(_ pattern: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
    var start = bytes.endIndex - pattern.count
    while start >= bytes.startIndex {
      if bytes[start] == pattern[0], bytes[start...].starts(with: pattern) { return start }
      start -= 1
    }
    return nil
  }
}
