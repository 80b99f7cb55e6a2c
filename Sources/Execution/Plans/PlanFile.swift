import FoundationEssentials
import Model
import NativeClients
import Planner
import PlatformKit

/// A plan is refused when it is older, because nobody reads a basis again that a day has gone over.
package let planAgeLimit = TimeSpan(seconds: 24 * 3600)

/// Why a plan file can't be used.
package struct PlanFileFailure: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Kind: String, Hashable, Sendable {
    case unreadable, notAPlan, altered, otherTool, otherFormat, expired, otherSpecs, otherPlan
  }

  package var kind: Kind
  package var message: String
  package var hint: String

  init(_ kind: Kind, _ message: String, hint: String = "make a new plan with `holdfast plan --out FILE`") {
    (self.kind, self.message, self.hint) = (kind, message, hint)
  }

  package var description: String { message }
}

/// A plan that was read from a file, as it was saved.
package struct SavedPlan: Sendable {
  package var plan: Plan
  /// Names the plan: equal for plans that do the same from the same basis.
  package var digest: String
  /// The bytes of its file.
  package var text: [UInt8]

  init(plan: Plan, digest: String, text: [UInt8]) { (self.plan, self.digest, self.text) = (plan, digest, text) }

  /// A plan with its digest and the bytes of the file that it is to be: it is written once for both.
  package init(of plan: Plan) {
    let text = DigestedPlan(plan)
    let digest = text.digest
    self.init(plan: plan, digest: digest, text: PlanText.file(text, digest: digest))
  }
}

/// SHA-256 of the plan without what changes nothing about it: when it was made, and its advice.
package func digest(of plan: Plan) -> String {
  DigestedPlan(plan).digest
}

/// Saves a plan, mode 0600, whole or not at all.
package func savePlan(_ plan: Plan, to path: String) async throws(PlanFileFailure) {
  try await savePlan(SavedPlan(of: plan), to: path)
}

/// The same with what was written of the plan already.
package func savePlan(_ plan: SavedPlan, to path: String) async throws(PlanFileFailure) {
  do {
    try await LocalFilesWriter().write(plan.text, to: path, mode: 0o600, owner: nil)
  } catch {
    throw PlanFileFailure(
      .unreadable, error.description, hint: "give a path in a directory that you may write to")
  }
}

/// Reads a saved plan and refuses it where a byte of it was altered or it has another format.
///
/// - Parameter toolVersion: the version that must have made it, for a plan that is to run; `nil` where it is only read.
package func loadPlan(_ path: String, toolVersion: String? = nil) async throws(PlanFileFailure) -> SavedPlan {
  let bytes: [UInt8]?
  do {
    bytes = try await LocalFiles().read(path, limitBytes: PlanText.largest)
  } catch {
    throw PlanFileFailure(.unreadable, error.description, hint: "give the path of a plan file")
  }
  guard let bytes else {
    throw PlanFileFailure(.unreadable, "there is no file \(path)", hint: "give the path of a plan file")
  }
  return try PlanText.parse(bytes, path, toolVersion: toolVersion)
}

/// The plan of a run, as the journal in `directory` kept it under its digest. An upgrade since does no harm: what is read
/// of it is undone or listed, not run.
package func loadKeptPlan(_ digest: String, in directory: String) async throws(PlanFileFailure) -> Plan {
  let path = Journal.planPath(digest, in: directory)
  let saved = try await loadPlan(path)
  guard saved.digest == digest else {
    throw PlanFileFailure(
      .otherPlan, "\(path) is not the plan of this run",
      hint: "bring the file back from a backup of the journal")
  }
  return saved.plan
}

/// Refuses a plan that is too old or was made from other specs than the ones at hand.
///
/// - Parameter specs: `nil` where the plan is to run whatever the specs say now.
package func checkPlan(
  _ plan: Plan, now: Timestamp, specs: SpecsIdentity?, ageLimit: TimeSpan = planAgeLimit
) throws(PlanFileFailure) {
  guard now - plan.createdAt <= ageLimit else {
    throw PlanFileFailure(.expired, "the plan is of \(plan.createdAt), more than \(ageLimit) ago")
  }
  if let specs, specs.digest != plan.specs.digest {
    throw PlanFileFailure(.otherSpecs, "the specs have changed since the plan was made")
  }
}
