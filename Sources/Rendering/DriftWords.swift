import Model
import Planner

extension InstancePlan {
  /// What differs on the platform from the specs, a sentence a difference. Of an instance that isn't there,
  /// that is all.
  func driftLines(verbose: Bool) -> [String] {
    let missing = changes.firstIndex { change in
      change.action == .add && change.facts.contains { $0.key == .exists }
    }
    guard let missing, !verbose else { return sentences(changes, verbose: verbose) }
    let others = changes.count { $0.action != .run } - 1
    return sentences([changes[missing]], verbose: false)
      + (others > 0 ? ["and so is all in it: \(counted(others, "difference"))"] : [])
  }

  /// What is done without a difference being its reason; a reload that only serves the other changes is none of it.
  var due: [Change] { changes.filter { $0.action == .run && !$0.facts.isEmpty } }
}

/// The changes are those that would mend it, so their `before` is what is there and their `after` what the
/// specs say.
private func sentences(_ changes: [Change], verbose: Bool) -> [String] {
  let differences = changes.filter { $0.action != .run }
  return differences.filter { $0.topic == .resource }.flatMap { $0.driftSentences(verbose: verbose) }
    + membershipLines(differences.filter { $0.topic == .membership }).map { $0.drift(verbose: verbose) }
    + privilegeLines(differences.filter { $0.topic == .privileges }).flatMap {
      $0.driftSentences(verbose: verbose)
    }
}

extension PrivilegeLine {
  fileprivate func driftSentences(verbose: Bool) -> [String] {
    let (who, objects) = (granteeText(verbose: verbose), placeText(verbose: verbose))
    if words.isMixed {
      return [
        "\(who): privileges on \(objects) differ from object to object, the specs say \(words.after ?? "none")\(source)"
      ]
    }
    var sentences: [String] = []
    if let lost = words.lostText {
      sentences.append(
        "\(who) gained \(lost) on \(objects)\(grantorText) (\(why ?? "not in the specs"))"
      )
    }
    if let gained = words.gainedText {
      let verb = grantees.count == 1 ? "lacks" : "lack"
      sentences.append("\(who) \(verb) \(gained) on \(objects)\(source)")
    }
    return sentences
  }

  private var source: String { why.map { " (\($0))" } ?? "" }
}

extension Change {
  fileprivate func driftSentences(verbose: Bool) -> [String] {
    let tail = why.map { " (\($0))" } ?? ""
    switch action {
    case .run: return []
    case .add where facts.contains(where: \.key.isExistence): return ["\(thing) is missing\(tail)"]
    case .remove where facts.contains(where: \.key.isExistence):
      return ["\(thing) is there, and should not be\(why == nil ? " (not in the specs)" : tail)"]
    case .add, .change, .remove:
      let told = facts.filter { verbose || !repeats($0) }
      return told.map { sentence($0) + tail }
    }
  }

  private func sentence(_ fact: FactChange) -> String {
    switch fact.key {
    case .layerParameter(let name): "\(named(name)) is \(observed(fact, name)), \(wanted(fact))"
    case .runningParameter(let name): "\(named(name)) in force is \(shown(fact.before)), \(wanted(fact))"
    case .setting(_, let name) where address.segments.last == name:
      "\(thing) is \(shown(fact.before)), \(wanted(fact))"
    case .ownedObjects(let database, _):
      "\(thing) owns \(counted(Int(fact.before ?? "") ?? 0, "object")) in \(named(database))"
    case .managed where address.segments.last != "backup": "\(thing) is \(shown(fact.before)), \(wanted(fact))"
    case .managedInForce(_, let field): "\(field.label) in force is \(shown(fact.before)), \(wanted(fact))"
    case .backupFile: "the backup configuration is not as the specs say"
    default: "\(thing): \(fact.key.label) is \(shown(fact.before)), \(wanted(fact))"
    }
  }

  private func wanted(_ fact: FactChange) -> String {
    fact.after.map { "the specs say \(shown($0))" } ?? "the specs don't set it"
  }

  private func observed(_ fact: FactChange, _ name: String) -> String {
    guard fact.before == nil,
      let running = facts.first(where: { $0.key == .runningParameter(name: name) })?.before
    else { return shown(fact.before) }
    return "not set (\(shown(running)) in force)"
  }

  /// The value in force only echoes the value in the layer.
  private func repeats(_ fact: FactChange) -> Bool {
    if case .managedInForce(let member, let field) = fact.key {
      return facts.contains { $0.key == .managed(member: member, field: field) }
    }
    guard case .runningParameter(let name) = fact.key else { return false }
    return facts.contains { $0.key == .layerParameter(name: name) }
  }

  /// `role alice`, `schema app of orders`, `work_mem`.
  private var thing: String {
    if let words = address.rowSecurityWords { return words }
    let segments = Array(address.segments.dropFirst(2))
    if segments.first == "aws" || segments.first == "members" && segments.count > 2 { return address.subject }
    guard let name = segments.last, let kind = segments.dropLast().last else {
      return address.short.isEmpty ? "the instance" : address.short
    }
    let parent = segments.dropLast(2).last.map { " of \(named($0))" } ?? ""
    switch kind {
    case "parameter": return named(name)
    case "role": return "role \(named(name))"
    default: return "\(kind) \(named(name))\(parent)"
    }
  }
}
