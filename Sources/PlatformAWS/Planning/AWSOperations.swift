import Model
import Planner
import PostgresCatalog

/// Renders the edits of one step to calls of RDS, and to SQL what is done inside.
struct AWSOperations {
  let instance: DesiredInstance
  let before: Observed
  let after: Observed

  var wanted: DesiredManaged { instance.cloud }

  /// By the name that the instance has when the step begins.
  var names: RDSNames {
    RDSNames(
      account: instance.account, identifier: before.managed?.identifier ?? wanted.identifier,
      isCluster: wanted.isCluster)
  }

  func operations(for edits: [Edit]) -> [Operation] {
    let context = StatementContext(
      version: before.version ?? ServerVersion(major: 13), user: before.capabilities.user,
      maintenanceDatabase: instance.connect.database ?? "postgres", before: before, after: after)
    // A group is filled before an instance that begins with it is made.
    return edits.flatMap(makingOfGroup) + parameterCalls(edits) + modifications(edits) + edits.flatMap(calls)
      + tagCalls(edits) + edits.flatMap(removalOfGroup) + sqlOperations(for: edits.filter(\.isSQL), context)
  }

  /// Edits that are rendered together, and those that are SQL, give nothing here.
  private func calls(for edit: Edit) -> [Operation] {
    switch edit {
    case .createInstance(let version): creation(version)
    case .startInstance: [form(wanted.isCluster ? "StartDBCluster" : "StartDBInstance").call()]
    case .stopInstance: [form(wanted.isCluster ? "StopDBCluster" : "StopDBInstance").call()]
    case .removeInstance: removal
    case .restart: membersToRestart.map(reboot)
    case .restartMember(let name): [reboot(name)]
    case .renameInstance(let old, let new): [rename(old, to: new)]
    case .addMember(let name, let values): [memberCreation(name, values)]
    case .removeMember(let name): [memberRemoval(name)]
    case .takeBackup: [snapshot]
    case .deleteBackup(let label): [snapshotRemoval(label)]
    case .copyBackups(let region, let copied): [backupCopy(region, copied)]
    case .copySnapshot(let label, let target): copy(of: label, to: target)
    case .deleteSnapshotCopy(let label, let target): [copyRemoval(label, target)]
    case .endSharing(let label, let account): endOfSharing(label, with: account)
    case .includeLayer, .reload: []  // A group's dynamic values are in force as soon as they are written.
    case .configureBackup, .createStanza: []  // RDS has neither.
    case .setParameter, .setManaged, .setTag, .createParameterGroup, .removeParameterGroup: []
    case .createRole, .alterRole, .renameRole, .dropRole, .comment, .setPassword, .removePassword, .grantMembership,
      .revokeMembership,
      .setSetting, .createDatabase, .renameDatabase, .setDatabaseOwner, .createExtension, .dropExtension,
      .createSchema, .dropSchema, .setSchemaOwner, .setOwner, .grant, .revoke, .grantDefault, .revokeDefault,
      .reassignOwned:
      []
    case .setRowSecurity, .createPolicy, .alterPolicy, .dropPolicy: []
    }
  }

  /// A call that takes no more than the name of the instance.
  func form(_ action: String) -> RDSForm {
    var form = RDSForm(action)
    form.set(wanted.isCluster ? "DBClusterIdentifier" : "DBInstanceIdentifier", names.identifier)
    return form
  }
}

// MARK: Restarting and renaming

extension AWSOperations {
  /// Static values of a cluster's group are taken over by each member in its own restart; the writer's comes first.
  private var membersToRestart: [String] {
    guard let members = before.managed?.members else { return [names.identifier] }
    return members.keys.sorted {
      (members[$0]?.isWriter == true ? 0 : 1, $0) < (members[$1]?.isWriter == true ? 0 : 1, $1)
    }
  }

  private func reboot(_ name: String) -> Operation {
    var form = RDSForm("RebootDBInstance")
    form.set("DBInstanceIdentifier", name)
    return form.call()
  }

  /// Without `ApplyImmediately` the name would change in the next maintenance window.
  private func rename(_ old: String, to new: String) -> Operation {
    var form = RDSForm(wanted.isCluster ? "ModifyDBCluster" : "ModifyDBInstance")
    form.set(wanted.isCluster ? "DBClusterIdentifier" : "DBInstanceIdentifier", old)
    form.set(wanted.isCluster ? "NewDBClusterIdentifier" : "NewDBInstanceIdentifier", new)
    form.set("ApplyImmediately", true)
    return form.call()
  }
}

// MARK: Tags

extension AWSOperations {
  private func tagCalls(_ edits: [Edit]) -> [Operation] {
    var (added, removed): ([(String, String)], [String]) = ([], [])
    for case .setTag(let name, let value) in edits {
      if let value { added.append((name, value)) } else { removed.append(name) }
    }
    return (added.isEmpty ? [] : [tag(added)]) + (removed.isEmpty ? [] : [untag(removed)])
  }

  private func tag(_ tags: [(String, String)]) -> Operation {
    var form = RDSForm("AddTagsToResource")
    form.set("ResourceName", names.arn)
    form.set("Tags", each: "Tag", tags.map { [("Key", $0), ("Value", $1)] })
    return form.call()
  }

  private func untag(_ keys: [String]) -> Operation {
    var form = RDSForm("RemoveTagsFromResource")
    form.set("ResourceName", names.arn)
    form.set("TagKeys", each: "member", keys)
    return form.call()
  }
}

extension Edit {
  /// Whether it is done inside the server.
  var isSQL: Bool {
    switch self {
    case .createRole, .alterRole, .renameRole, .dropRole, .comment, .setPassword, .removePassword, .grantMembership,
      .revokeMembership,
      .setSetting, .createDatabase, .renameDatabase, .setDatabaseOwner, .createExtension, .dropExtension,
      .createSchema, .dropSchema, .setSchemaOwner, .setOwner, .grant, .revoke, .grantDefault, .revokeDefault,
      .reassignOwned:
      true
    case .setRowSecurity, .createPolicy, .alterPolicy, .dropPolicy: true
    case .createInstance, .startInstance, .stopInstance, .removeInstance, .includeLayer, .setParameter, .reload,
      .restart, .configureBackup, .createStanza, .takeBackup, .deleteBackup, .copyBackups, .copySnapshot,
      .deleteSnapshotCopy, .endSharing, .setManaged,
      .renameInstance, .setTag, .addMember, .removeMember, .restartMember, .createParameterGroup,
      .removeParameterGroup:
      false
    }
  }
}
