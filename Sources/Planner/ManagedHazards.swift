import Model

/// What changing settings of a cloud's instance risks, whoever asks for it.
func settingHazards(of edit: Edit, before: Observed, instance: String, planner: any StepPlanner) -> [Hazard] {
  guard case .setManaged(let member, let values, let moment) = edit,
    let settings = before.managed?.settings(of: member)
  else { return [] }
  return values.sorted { $0.key < $1.key }.flatMap { field, new -> [Hazard] in
    let place = field.address(in: instance, member: member)
    let old = settings.values[field]
    guard old != new else { return [] }
    var hazards: [Hazard] = []
    if moment == .now, planner.timing(of: field, from: old, to: new).isOutage {
      hazards.append(Hazard(.restart, place, "\(field.label): \(before.connectionsCut)"))
    }
    switch field {
    case .storageSize: hazards.append(Hazard(.irreversible, place, "storage never shrinks again"))
    case .version: hazards.append(Hazard(.irreversible, place, "an upgrade is never taken back"))
    case .backupRetention where new == "0":
      let loss = "its automated backups are deleted: no recovery to a point in time"
      hazards.append(Hazard(.dataLoss, place, loss))
    default: break  // All other settings can be set back, and lose nothing.
    }
    return hazards
  }
}

/// What else a call that acts at once would put in force: all that waits is done with it.
func flushHazards(
  _ settings: ManagedSettings, of member: String?, except fields: Set<ManagedField>, instance: String
) -> [Hazard] {
  settings.pending.sorted { $0.key < $1.key }.filter { !fields.contains($0.key) }.map { field, value in
    Hazard(
      .flushesPending, field.address(in: instance, member: member),
      "\(field.label): \(value), which waits for the window, is done at once too")
  }
}

extension PlanBuilder {
  func risks(of edits: [Edit]) -> [Hazard] {
    edits.flatMap { Planner.hazards(of: $0, before: state, instance: desired.name) }
  }
}
