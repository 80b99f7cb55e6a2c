import Model
import Planner

extension TextPage {
  /// A step: its title, when and how it runs, how it is undone, what it risks, and the changes it makes.
  mutating func step(_ step: Step, of plan: InstancePlan, changes: [Change], indent: Int) {
    let marker = "\(step.id)."
    let inner = indent + marker.count + 1
    line(step.title, indent: indent, marker: marker, ink: .bold)
    line(step.manner(in: plan), indent: inner)
    for change in changeLines(changes, verbose: style.verbose) {
      line(change.full, indent: inner, marker: change.marker, ink: change.ink)
    }
    hazards(step.hazards, indent: inner)
    if style.verbose {
      for operation in step.work.operations { self.operation(operation, indent: inner) }
    }
  }

  private mutating func hazards(_ hazards: [Hazard], indent: Int) {
    for ofKind in grouped(hazards, by: \.kind) {
      let risks = grouped(ofKind, by: \.message)
      let shown = style.verbose ? risks[...] : risks.prefix(mostRisks)
      for (index, risk) in shown.enumerated() {
        self.risk(risk, indent: indent)
        // Risks that one flag allows are read together, with the flag below the last of them.
        let next = index + 1 < shown.count ? shown[shown.startIndex + index + 1] : nil
        if next?.map(allowFlag) != risk.map(allowFlag) { flags(risk, indent: indent) }
      }
      if shown.count < risks.count {
        let rest = counted(risks.count - shown.count, "more hazard")
        line("\(rest) of this kind (--verbose lists them)", indent: indent, marker: "!", ink: .red)
      }
    }
  }

  /// One risk, wherever it lies.
  private mutating func risk(_ alike: [Hazard], indent: Int) {
    line(
      "\(spacedWords(alike[0].kind.rawValue)): \(alike[0].message)", indent: indent, marker: "!", ink: .red)
  }

  private mutating func flags(_ alike: [Hazard], indent: Int) {
    let flags = grouped(alike.map(allowFlag)) { $0 }.map { $0[0] }
    let shown = style.verbose ? flags[...] : flags.prefix(2)
    for flag in shown { verbatim(flag, indent: indent + 4) }
    if shown.count < flags.count {
      line("and at \(counted(flags.count - shown.count, "more place"))", indent: indent + 4)
    }
  }
}

private let mostRisks = 6

extension Step {
  /// `now, with a restart; runs pg_ctl; undo: exact`
  func manner(in plan: InstancePlan) -> String {
    let hows = grouped(work.operations.compactMap(\.how)) { $0 }.map { $0[0] }
    return ([when(in: plan)] + (hows.count > 3 ? Array(hows.prefix(3)) + ["…"] : hows) + [reverse.words])
      .joined(separator: "; ")
  }
}

extension Step {
  /// When it takes effect. A restart of the same plan is named, so that nobody waits for another one.
  func when(in plan: InstancePlan) -> String {
    switch timing {
    case .now, .nowWithRestart, .newSessions: return timing.rawValue
    case .inWindow:
      return timing.rawValue + (plan.nextWindow.map { ", next \($0.weekday) \($0.minuteText)" } ?? "")
    case .nextRestart:
      let restart = plan.steps.first { $0.phase == .restart && $0.id > id }
      return "now; what needs a restart, \(restart.map { "with step \($0.id)" } ?? "at the next one")"
    }
  }
}

extension Reverse {
  var words: String {
    switch self {
    case .exact: "undo: exact"
    case .partial(_, let lost): "undo: exact, but for this: \(lost)"
    case .forwardOnly(let because): "can't be undone: \(because)"
    }
  }
}
