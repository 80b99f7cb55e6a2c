import Model
import Planner

extension TextPage {
  /// A step: its title, when and how it runs, how it is undone, what it risks, and the changes it makes.
  mutating func step(_ step: Step, of plan: InstancePlan, changes: [Change], indent: Int) {
    let marker = "\(step.id)."
    let inner = indent + marker.count + 1
    line(step.title, indent: indent, marker: marker, ink: .bold)
    line(step.manner, indent: inner)
    hazards(step.hazards, indent: inner)
    for change in changeLines(changes, verbose: style.verbose) {
      line(change.full, indent: inner, marker: change.marker, ink: change.ink)
    }
    if style.verbose {
      for operation in step.work.operations { self.operation(operation, indent: inner) }
    }
  }

  private mutating func hazards(_ hazards: [Hazard], indent: Int) {
    for alike in grouped(hazards, by: \.kind) {
      let shown = style.verbose ? alike[...] : alike.prefix(3)
      for hazard in shown {
        line("\(spacedWords(hazard.kind.rawValue)): \(hazard.message)", indent: indent, marker: "!", ink: .red)
        verbatim(allowFlag(hazard), indent: indent + 4)
      }
      if shown.count < alike.count {
        let rest = counted(alike.count - shown.count, "more hazard")
        line("\(rest) of this kind (--verbose lists them)", indent: indent, marker: "!", ink: .red)
      }
    }
  }
}

extension Step {
  /// `now, with a restart; runs pg_ctl; undo: exact`
  var manner: String {
    let hows = grouped(work.operations.compactMap(\.how)) { $0 }.map { $0[0] }
    return ([timing.rawValue] + (hows.count > 3 ? Array(hows.prefix(3)) + ["…"] : hows) + [reverse.words]).joined(separator: "; ")
  }
}

extension Reverse {
  var words: String {
    switch self {
    case .exact: "undo: exact"
    case .partial(_, let lost): "undo: all but \(lost)"
    case .forwardOnly(let because): "can't be undone: \(because)"
    }
  }
}
