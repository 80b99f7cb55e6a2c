import FoundationEssentials
import Model
import NativeClients
import Planner

/// The text of a plan file: a JSON object of `checksum`, `digest` and `plan`. The checksum comes first and is the SHA-256
/// of all that comes after it, so that no byte can change unnoticed, not even one that the digest leaves out.
enum PlanText {
  static let largest = 256 << 20
  private static let start = "{\"checksum\":\""
  private static let separator = "\","

  private struct Content: Decodable {
    var digest: String
    var plan: Plan
  }

  /// What can be read of the plan of any version.
  private struct Origin: Decodable {
    struct Plan: Decodable {
      var formatVersion: Int
      var toolVersion: String
    }

    var plan: Plan
  }

  static func encode(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // A plan holds only text, whole numbers and enums of ours, all of which JSON can say.
    return [UInt8](try! encoder.encode(value))
  }

  /// Without indentation, which would make it four times as large; `holdfast show` is how people read it.
  static func file(_ plan: Plan, digest: String) -> [UInt8] { file(DigestedPlan(plan), digest: digest) }

  static func file(_ plan: DigestedPlan, digest: String) -> [UInt8] {
    let body = Array((digestKey + digest + planKey).utf8) + plan.whole + [UInt8(ascii: "}"), newline]
    return Array((start + sha256Hex(body) + separator).utf8) + body
  }

  private static let digestKey = "\"digest\":\""
  private static let planKey = "\",\"plan\":"

  static func parse(_ bytes: [UInt8], _ path: String, toolVersion: String?) throws(PlanFileFailure)
    -> SavedPlan
  {
    guard !bytes.isEmpty else { throw PlanFileFailure(.notAPlan, "\(path) is empty") }
    let head = start.utf8.count + 64 + separator.utf8.count
    guard bytes.count > head, bytes.starts(with: start.utf8.prefix(8)) else {
      throw PlanFileFailure(.notAPlan, "\(path) is no plan file")
    }
    let body = Array(bytes[head...])
    guard bytes.prefix(head).elementsEqual((start + sha256Hex(body) + separator).utf8) else {
      throw PlanFileFailure(.altered, "\(path) was altered after it was saved, or saved in part")
    }
    let json = Data([UInt8(ascii: "{")] + body)
    let decoder = JSONDecoder()
    decoder.userInfo[.objectGroups] = ObjectGroupsRead()
    let content = try? decoder.decode(Content.self, from: json)
    // Of another version perhaps not even this much can be read, and then that is what is wrong.
    if let plan = content?.plan {
      try check(
        Origin.Plan(formatVersion: plan.formatVersion, toolVersion: plan.toolVersion), path, toolVersion)
    } else {
      try checkOrigin(json, path, toolVersion)
    }
    guard let content, digestOfPlan(in: body, named: content.digest) == content.digest else {
      throw PlanFileFailure(.altered, "the plan in \(path) is not the one that its digest names")
    }
    return SavedPlan(plan: content.plan, digest: content.digest, text: bytes)
  }

  /// The digest of the plan that a file holds, from its bytes: to write the plan anew takes longer than to read it. `nil`
  /// where they aren't as `file` writes them.
  private static func digestOfPlan(in body: [UInt8], named digest: String) -> String? {
    let head = Array((digestKey + digest + planKey).utf8)
    let tail = [UInt8(ascii: "}"), newline]
    guard body.starts(with: head), body.suffix(tail.count).elementsEqual(tail) else { return nil }
    return DigestedPlan(whole: Array(body[head.count..<(body.count - tail.count)]))?.digest
  }

  private static func checkOrigin(_ json: Data, _ path: String, _ toolVersion: String?)
    throws(PlanFileFailure)
  {
    guard let origin = try? JSONDecoder().decode(Origin.self, from: json).plan else {
      throw PlanFileFailure(.notAPlan, "\(path) is no plan file")
    }
    try check(origin, path, toolVersion)
  }

  private static func check(_ origin: Origin.Plan, _ path: String, _ toolVersion: String?)
    throws(PlanFileFailure)
  {
    guard origin.formatVersion == Plan.formatVersion else {
      throw PlanFileFailure(
        .otherFormat,
        "\(path) has plan format \(origin.formatVersion), this version reads \(Plan.formatVersion)")
    }
    guard let toolVersion else { return }
    guard origin.toolVersion == toolVersion else {
      throw PlanFileFailure(
        .otherTool, "\(path) was made by version \(origin.toolVersion), and this is \(toolVersion)")
    }
  }
}
