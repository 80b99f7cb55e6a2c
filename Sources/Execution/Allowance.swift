import Diagnostics
import Model
import Planner

/// A hazard that the user takes, everywhere or below one address: `--allow HAZARD[=ADDRESS]`.
package struct Allowance: Hashable, Sendable, CustomStringConvertible {
  package var kind: Hazard.Kind
  package var address: Address?

  package init(_ kind: Hazard.Kind, _ address: Address? = nil) { (self.kind, self.address) = (kind, address) }

  /// - Errors: `AllowanceMistake`, in the words of the command line.
  package init(parsing text: String) throws(AllowanceMistake) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let kind = Hazard.Kind(rawValue: parts[0]) else { throw .unknownHazard(parts[0]) }
    guard parts.count == 2 else {
      guard kind != .createInstance else {
        throw AllowanceMistake(
          message: "`create-instance` is allowed by address only",
          hint: "--allow create-instance=instance/NAME")
      }
      self.init(kind)
      return
    }
    guard let address = Address(parts[1]), kind != .createInstance || address.instanceName != nil else {
      throw AllowanceMistake(
        message:
          "`\(parts[1])` is not the address of \(kind == .createInstance ? "an instance" : "anything")",
        hint: "--allow \(parts[0])=instance/NAME")
    }
    self.init(kind, address)
  }

  package var description: String { kind.rawValue + (address.map { "=\($0)" } ?? "") }

  func covers(_ hazard: Hazard) -> Bool {
    guard kind == hazard.kind else { return false }
    guard let address else { return kind != .createInstance }
    return address.contains(hazard.address)
  }
}

package struct AllowanceMistake: Error, Hashable, Sendable {
  package var message: String
  package var hint: String

  fileprivate static func unknownHazard(_ word: String) -> AllowanceMistake {
    let known = Hazard.Kind.allCases.map(\.rawValue).sorted()
    let near = closest(word, in: known).map { "did you mean `\($0)`?" }
    return AllowanceMistake(
      message: "`\(word)` is no hazard", hint: near ?? "one of \(known.joined(separator: ", "))")
  }
}

/// What was allowed by address and is no hazard of the plan: likely a slip of the pen.
package func idleAllowances(_ plan: Plan, allowed: [Allowance]) -> [Allowance] {
  let hazards = plan.instances.flatMap(\.hazards)
  return allowed.filter { allowance in allowance.address != nil && !hazards.contains { allowance.covers($0) }
  }
}

/// The hazards of the plan that nobody allowed; one of them refuses the plan.
package func missingAllowances(_ plan: Plan, allowed: [Allowance]) -> [Hazard] {
  plan.instances.flatMap(\.hazards).filter { hazard in !allowed.contains { $0.covers(hazard) } }
}
