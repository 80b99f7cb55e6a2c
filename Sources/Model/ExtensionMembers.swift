/// Objects that extensions brought, which rules have to name.
extension Database {
  /// Whether the object is a table, sequence, function or type that an extension brought, or a column of such a table.
  package func isOfExtension(_ id: ObjectID) -> Bool {
    !extensionLists.states.isEmpty && id.kind.place == .schema && extensionLists.states[id.tableOfColumn ?? id] != nil
  }

  /// The list that an extension's script left on the object; `nil` where no extension had a say in it. On a column of an
  /// extension's table it is empty where the script granted nothing.
  package func extensionList(of id: ObjectID) -> ACL? {
    guard !extensionLists.states.isEmpty else { return nil }
    return extensionLists.states[id]?.acl ?? (isOfExtension(id) ? ACL() : nil)
  }

  /// Whether it is an extension's object on which nobody granted or revoked anything since.
  package func isLeftByExtension(_ id: ObjectID, _ state: ObjectState) -> Bool {
    isOfExtension(id) && extensionList(of: id) == state.acl
  }
}
