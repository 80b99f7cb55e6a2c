import Model

/// What a change of owner risks, judged from the objects as they are just before.
func ownerHazards(of group: ObjectGroup, before: Observed, instance: String) -> [Hazard] {
  let address = FactKey.owner(of: group).address(in: instance)
  let owner = group.names.first.flatMap { before.object($0, of: group)?.owner } ?? "the owner"
  let them =
    group.names.count == 1
    ? "\(group.kind.words) \(group.schema).\(group.names[0])"
    : "\(group.names.count) \(group.kind.pluralWords) of \(group.schema)"
  return [Hazard(.accessLoss, address, "\(owner) no longer owns \(them)")] + locks(group, instance)
}

/// - Source: PostgreSQL documentation, "ALTER TABLE" and "ALTER SEQUENCE": ACCESS EXCLUSIVE unless said otherwise.
private func locks(_ group: ObjectGroup, _ instance: String) -> [Hazard] {
  guard group.kind == .table || group.kind == .sequence else { return [] }
  return group.names.map { name in
    let one = ObjectGroup(database: group.database, kind: group.kind, schema: group.schema, names: [name])
    return Hazard(
      .lock, one.address(in: instance),
      "ACCESS EXCLUSIVE on \(group.schema).\(name): it waits for those who use the \(group.kind.words), and whoever comes "
        + "later waits behind it")
  }
}
