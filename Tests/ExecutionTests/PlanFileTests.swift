import Foundation
import Model
import NativeClients
import Planner
import Testing

@testable import Execution

@Suite struct PlanFiles {
  let directory: TemporaryDirectory
  let plan = samplePlan([makePlan(changes, observed: running)])

  init() throws { directory = try TemporaryDirectory() }

  private var path: String { "\(directory.path)/plan.json" }

  private func kind(_ body: () async throws -> SavedPlan) async -> PlanFileFailure.Kind? {
    do {
      _ = try await body()
      return nil
    } catch {
      return (error as? PlanFileFailure)?.kind
    }
  }

  @Test func comesBackAsItWasSaved() async throws {
    try await savePlan(plan, to: path)
    let saved = try await loadPlan(path, toolVersion: "0.1")
    #expect(saved.plan == plan)
    #expect(saved.digest == digest(of: plan))
    #expect(try saved.text == directory.bytes("plan.json"))
  }

  @Test func theDigestNamesWhatIsDone() {
    var later = samplePlan(plan.instances, createdAt: Timestamp(seconds: 5))
    later.released = []
    #expect(digest(of: later) == digest(of: plan))
    later.instances[0].steps[0].expects[0].value = "other"
    #expect(digest(of: later) != digest(of: plan))
  }

  /// What the digest leaves out may hold the very words by which it is found.
  @Test(arguments: [[], ["a"], [#"","scope":"#, #","released":["#, #"","released":[]"#], ["\n", #"\"#, "/%"]])
  func theDigestIsReadOffTheBytes(_ released: [String]) async throws {
    var plan = samplePlan(plan.instances, createdAt: Timestamp(seconds: -1_795_000_000))
    plan.released = released
    plan.scope = [#","scope":"#, #"],"released":["#]
    try await savePlan(plan, to: path)
    let saved = try await loadPlan(path, toolVersion: "0.1")
    #expect(saved.plan == plan)
    (plan.createdAt, plan.released) = (Timestamp(seconds: 0), [])
    #expect(saved.digest == sha256Hex(PlanText.encode(plan)))
  }

  /// Who alters a plan can make its checksum anew, and then the digest still names the other one.
  @Test(arguments: [(#""id":1"#, #""id":2"#), (#""instances":"#, #" "instances":"#)])
  func anotherPlanUnderTheDigestIsRefused(_ old: String, _ new: String) throws {
    let text = String(decoding: SavedPlan(of: plan).text, as: UTF8.self)
    let body = text.dropFirst(#"{"checksum":"",""#.count - 1 + 64)
    let range = try #require(body.range(of: old))
    let altered = body.replacingCharacters(in: range, with: new)
    let bytes = Array("{\"checksum\":\"\(sha256Hex(Array(altered.utf8)))\",\(altered)".utf8)
    let failure = #expect(throws: PlanFileFailure.self) { try PlanText.parse(bytes, path, toolVersion: "0.1") }
    #expect(failure?.kind == .altered)
    #expect(failure?.message.hasSuffix("is not the one that its digest names") == true)
  }

  @Test func everyAlteredByteIsRefused() async throws {
    try await savePlan(plan, to: path)
    let whole = try directory.bytes("plan.json")
    for offset in Array(whole.indices.prefix(200)) + Array(stride(from: 200, to: whole.count, by: 37)) + [
      whole.count - 1
    ] {
      var bytes = whole
      bytes[offset] ^= 1
      let failure = #expect(throws: PlanFileFailure.self, "at \(offset)") {
        try PlanText.parse(bytes, path, toolVersion: "0.1")
      }
      #expect(failure?.kind == .altered || offset < 8)
    }
    for length in stride(from: 0, to: whole.count, by: 41) {
      #expect(throws: PlanFileFailure.self) {
        try PlanText.parse(Array(whole.prefix(length)), path, toolVersion: "0.1")
      }
    }
  }

  @Test(arguments: [
    "", "{}",
    "hello, this is a text that has nothing to do with plans whatsoever, and is long enough for one",
  ])
  func aForeignFileIsNoPlan(_ text: String) async throws {
    try directory.write(Array(text.utf8), to: "plan.json")
    #expect(await kind { try await loadPlan(path, toolVersion: "0.1") } == .notAPlan)
  }

  @Test func aMissingFileIsUnreadable() async {
    #expect(await kind { try await loadPlan(path, toolVersion: "0.1") } == .unreadable)
  }

  @Test func anotherVersionsPlanIsRefused() async throws {
    try await savePlan(plan, to: path)
    #expect(await kind { try await loadPlan(path, toolVersion: "0.2") } == .otherTool)
    var newer = plan
    newer.formatVersion = 2
    try await savePlan(newer, to: path)
    #expect(await kind { try await loadPlan(path, toolVersion: "0.1") } == .otherFormat)
  }

  @Test func anotherVersionsPlanCanBeRead() async throws {
    try await savePlan(plan, to: path)
    #expect(try await loadPlan(path).plan == plan)
    var newer = plan
    newer.formatVersion = 2
    try await savePlan(newer, to: path)
    #expect(await kind { try await loadPlan(path) } == .otherFormat)
  }

  /// A whole and honest plan file in the place of the run's own must not be what is undone.
  @Test func aKeptPlanIsTheOneOfItsRun() async throws {
    let digest = digest(of: plan)
    var other = plan
    other.instances[0].steps[0].title = "another step"
    let kept = Journal.planPath(digest, in: directory.path)
    try FileManager.default.createDirectory(
      atPath: (kept as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try await savePlan(other, to: kept)
    let failure = await #expect(throws: PlanFileFailure.self) {
      try await loadKeptPlan(digest, in: directory.path)
    }
    #expect(failure?.kind == .otherPlan && failure?.exitStatus == .stale)
    #expect(failure?.message.hasSuffix("is not the plan of this run") == true)
    try await savePlan(plan, to: kept)
    #expect(try await loadKeptPlan(digest, in: directory.path) == plan)
  }

  @Test func anOldPlanAndOtherSpecsAreRefused() {
    let tomorrow = moment + planAgeLimit
    #expect(throws: Never.self) { try checkPlan(plan, now: tomorrow, specs: SpecsIdentity(digest: "abc")) }
    #expect { try checkPlan(plan, now: tomorrow + TimeSpan(seconds: 1), specs: nil) } throws: {
      ($0 as? PlanFileFailure)?.kind == .expired
    }
    #expect { try checkPlan(plan, now: moment, specs: SpecsIdentity(digest: "new")) } throws: {
      ($0 as? PlanFileFailure)?.kind == .otherSpecs
    }
  }
}
