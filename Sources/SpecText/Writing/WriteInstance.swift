import Diagnostics
import Model

/// The document of one instance on its way, and what is to be told beside it.
struct InstanceWriting {
  let instance: ImportedInstance
  let name: String
  private(set) var document = YAMLMapping(.block)
  /// What the document doesn't say, each with the reason.
  private(set) var leftOut: [String] = []
  /// What whoever reads the document should know.
  private(set) var remarks: [String] = []

  private var managed: ManagedState { instance.managed }

  /// What documents beside its own say of the instance.
  struct Attachments {
    var group: ImportedGroup?
    var parameters: [String] = []
    var policy: String?
  }

  init(_ instance: ImportedInstance, name: String, platform: String, attachments: Attachments) {
    (self.instance, self.name) = (instance, name)
    document.add("kind", "Instance")
    document.add("name", name)
    document.add("platform", platform)
    if instance.name.identifier != name { document.add("identifier", instance.name.identifier) }
    document.add("engine", "postgres")
    addVersion()
    if managed.settings.asked(.deletionProtection) == "true" {
      document.add("protect", .flag(true), comment: pendingComment(.deletionProtection, in: managed.settings))
    }
    addLabels()
    addParameters(attachments)
    document.add("backup", attachments.policy)
    if let members = managed.members { addMembers(members) }
    document.add("aws", nonEmpty: cloudBlock(attachments))
    noteWhatIsNotThere()
    var language = LanguageFit()
    document = language.fit(document, Language.instance).withoutEmpty("labels")
    leftOut += language.leftOut
  }

  /// The lower bound is what runs; a minor upgrade by the cloud itself is no drift.
  private mutating func addVersion() {
    let asked = instance.askedVersion
    document.add(
      "version", ">=\(asked) <\(asked.major + 1)", comment: pendingComment(.version, in: managed.settings))
  }

  private mutating func addLabels() {
    var labels = YAMLMapping(.inline)
    // The cloud's own tags, and Holdfast's own.
    for (key, value) in managed.tags.sorted(by: { $0.key < $1.key })
    where !key.hasPrefix("aws:") && !key.hasPrefix("holdfast:") {
      if let fault = TagText.key.fault(in: key) ?? TagText.value.fault(in: value) {
        leftOut.append("the tag `\(key)` (its text \(fault.message))")
      } else {
        labels.add(key, value)
      }
    }
    document.add("labels", nonEmpty: labels)
  }

  private mutating func addParameters(_ attachments: Attachments) {
    guard let group = attachments.group else {
      if let group = managed.group, !group.name.hasPrefix("default.") {
        leftOut.append(
          "its parameter group \(group.name) (of \(group.family), which the version that was asked for can't use)")
      }
      return
    }
    document.add("parameters", .list(attachments.parameters))
    if !group.unsaid.isEmpty {
      document.add("parameters_mode", "additive", comment: "the group holds more than the documents say")
      leftOut.append("of its parameters " + group.unsaid.joined(separator: ", "))
    }
    let waiting = instance.observed.parameters.filter(\.value.pendingRestart).keys.sorted()
    if !waiting.isEmpty { remarks.append("Waiting for a restart: \(waiting.joined(separator: ", ")).") }
  }

  private mutating func addMembers(_ members: [String: ManagedMember]) {
    var block = YAMLMapping(.block)
    for (identifier, member) in members.sorted(by: { $0.key < $1.key }) {
      var settings = SettingsWriting(member.settings, window: managed.nextWindow, layout: .inline)
      settings.addMember()
      block.add(identifier, .mapping(settings.block))
    }
    document.add("members", .mapping(block))
  }

  private func cloudBlock(_ attachments: Attachments) -> YAMLMapping {
    let isCluster = managed.members != nil
    let own = isCluster ? managed.settings.limited(to: ManagedField.ofCluster) : managed.settings
    var settings = SettingsWriting(own, window: managed.nextWindow, layout: .block)
    settings.addInstance(isCluster: isCluster)
    if let group = attachments.group, !group.isOwn(of: instance) { settings.block.add("parameter_group", group.name) }
    if !isCluster, let source = managed.replicaOf { settings.block.add("replica_of", source) }
    return settings.block
  }

  private func pendingComment(_ field: ManagedField, in settings: ManagedSettings) -> String? {
    SettingsWriting(settings, window: managed.nextWindow, layout: .block).comment(field)
  }

  private mutating func noteWhatIsNotThere() {
    leftOut.insert("databases and access (an import doesn't look inside the server)", at: 0)
    if let owner = managed.backupOwner { leftOut.append("backups (\(owner) decides about them)") }
    if managed.settings.asked(.masterPasswordManaged) != "true" {
      leftOut.append("the master password (it can't be read; write `aws.master` if Holdfast is to set it)")
    }
    if managed.settings.values[.availabilityZone] != nil {
      leftOut.append("the availability zone (it is only looked at when an instance is made)")
    }
    if instance.observed.presence == .stopped {
      remarks.append("It was stopped. `state:` is left to whoever stops and starts it.")
    }
    if case .broken(let hint) = managed.activity { remarks.append("It was \(managed.status): \(hint).") }
  }
}

extension ManagedSettings {
  fileprivate func limited(to fields: Set<ManagedField>) -> ManagedSettings {
    ManagedSettings(
      values: values.filter { fields.contains($0.key) }, pending: pending.filter { fields.contains($0.key) })
  }
}
