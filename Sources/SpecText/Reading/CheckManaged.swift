import Diagnostics
import Model
import YAML

// What an instance on an `aws` platform asks for, held against itself. What needs the account is the platform's part.
extension SpecReader {
  mutating func checkManaged(
    _ document: SpecDocument, _ node: Node, _ managed: DesiredManaged, _ platform: PlatformDocument
  ) {
    var check = ManagedCheck(document: document, node: node, managed: managed)
    check.all()
    if let name = node["backup"], let policy = policy(namedBy: name) {
      check.policy(policy.root, name, policy.document, account: platform.account)
    }
    diagnostics += check.diagnostics
  }
}

extension PlatformDocument {
  fileprivate var account: AWSAccount? { if case .aws(let account) = value.kind { account } else { nil } }

  var region: String? { account?.region }
}

struct ManagedCheck {
  let document: SpecDocument
  let node: Node
  let managed: DesiredManaged
  private(set) var diagnostics: [Diagnostic] = []

  init(document: SpecDocument, node: Node, managed: DesiredManaged) {
    (self.document, self.node, self.managed) = (document, node, managed)
  }

  private var aws: Node? { node["aws"] }

  mutating func all() {
    checkIdentifier()
    if managed.isCluster { checkCluster() } else { checkInstance() }
    checkStorage()
    checkMaster()
    checkBlocks(aws)
    for pair in node["members"]?.pairs ?? [] { checkBlocks(pair.value) }
    checkRestore()
    checkMoments()
    checkConnection()
    checkLabels()
    checkGroup()
  }

  mutating func report(
    _ code: DiagnosticCode, _ message: String, _ node: Node, _ hint: String?,
    _ related: [Diagnostic.Related] = []
  ) {
    diagnostics.append(Diagnostic(code, message: message, at: node.location, hint: hint, related: related))
  }

  /// Two keys that can't both be there.
  mutating func refuse(_ message: String, _ pair: Pair, because other: Pair, _ hint: String) {
    report(.conflict, message, pair.key, hint, [.init("`\(other.name)` is here", at: other.key.location)])
  }
}

// Shape.
extension ManagedCheck {
  private mutating func checkIdentifier() {
    if let fault = AWSText.identifier.fault(in: managed.identifier), node["identifier"] == nil {
      report(
        fault.code, "`\(managed.identifier)` \(fault.message)", document.nameNode,
        "write `identifier:` with the name that RDS is to have; \(fault.hint ?? "")")
    }
    guard let old = node["renamed_from"], let name = old.text, name == managed.identifier else { return }
    report(.conflict, "`\(name)` is the identifier that it has", old, "take it out")
  }

  private mutating func checkInstance() {
    if let serverless = aws?.pair("serverless") {
      report(
        .conflict, "`serverless` is for the members of a cluster, and the instance has none", serverless.key,
        "write `members:`, or take it out")
    }
    guard let size = aws?["class"] else {
      let isMadeElsewhere = node["restore_from"] != nil || aws?["replica_of"] != nil
      guard node.text("state") != "absent", !isMadeElsewhere else { return }
      return report(
        .missingKey, "`aws.class` of the instance `\(document.name)` is missing", aws ?? document.nameNode,
        "write `aws: { class: db.t4g.medium }`, or `members:` for an Aurora cluster")
    }
    if size.text == serverlessClass {
      report(
        .conflict, "`\(serverlessClass)` is a class of members of a cluster", size,
        "write `members:`, or another class")
    }
  }

  private mutating func checkCluster() {
    guard let members = node.pair("members") else { return }
    if members.value.pairs.isEmpty, !members.value.isNull {
      report(.missingKey, "a cluster has at least one member", members.value, "declare one, or take `members` out")
    }
    for field in ManagedField.allCases where managed.values[field] != nil && !ManagedField.ofCluster.contains(field) {
      guard let pair = node.pair(at: field.path) else { continue }
      let isOfMembers = Language.member[field.path[1]] != nil
      refuse(
        "`\(field.rawValue)` is nothing that a cluster has", pair, because: members,
        isOfMembers ? "write `\(field.path[1])` in its members" : "take it out")
    }
    if let source = aws?.pair("replica_of") {
      refuse("a cluster is no read replica of an instance", source, because: members, "take it out")
    }
    for member in members.value.pairs { checkMember(member) }
  }

  private mutating func checkMember(_ member: Pair) {
    guard let size = member.value["class"] else {
      if node.text("state") != "absent" {
        report(
          .missingKey, "`class` of the member `\(member.name)` is missing", member.key,
          "write `class: db.r6g.large`, or `class: \(serverlessClass)`")
      }
      return
    }
    if size.text == serverlessClass, aws?["serverless"] == nil, node.text("state") != "absent" {
      report(
        .missingKey, "`aws.serverless` is missing, and the member `\(member.name)` is of class `\(serverlessClass)`",
        size, "write `aws: { serverless: { min: 0.5, max: 8 } }`")
    }
  }

  private mutating func checkGroup() {
    guard let group = aws?.pair("parameter_group"), let name = group.value.text, name.hasPrefix("default."),
      let parameters = node.pair("parameters")
    else { return }
    refuse(
      "`\(name)` is AWS's own, and nothing can be set in it", group, because: parameters,
      "take it out: the instance gets a group of its own")
  }
}

private let serverlessClass = "db.serverless"

// Blocks.
extension ManagedCheck {
  private mutating func checkStorage() {
    guard let storage = aws?["storage"] else { return }
    if let size = storage.integer("size"), let most = storage.pair("max"), let number = storage.integer("max"),
      number < size, let pair = storage.pair("size")
    {
      refuse("`max` is \(number) GiB, and `size` is \(size)", most, because: pair, "write \(size) or more")
    }
    let type = storage.text("type").flatMap(Language.StorageType.init)
    if let iops = storage.pair("iops"), type?.takesIOPS != true {
      refuseWithout(iops, storage.pair("type"), "`gp3`, `io1` or `io2`")
    }
    if let throughput = storage.pair("throughput"), type != .gp3 {
      refuseWithout(throughput, storage.pair("type"), "`gp3`")
    }
    if let type, let pair = storage.pair("type"), type.isOfClusters != managed.isCluster {
      let kind = managed.isCluster ? "a cluster" : "a plain instance"
      report(
        .conflict, "\(kind) has no storage of type `\(type.rawValue)`", pair.value,
        managed.isCluster ? "write `aurora` or `aurora-iopt1`" : "write `gp3`")
    }
    if let key = storage.pair("kms_key"), storage.flag("encrypted") == false, let flag = storage.pair("encrypted") {
      refuse("`kms_key` needs encryption", key, because: flag, "take one of the two out")
    }
  }

  private mutating func refuseWithout(_ pair: Pair, _ type: Pair?, _ types: String) {
    // A cluster has neither key, and that is told already.
    guard !managed.isCluster else { return }
    report(
      .conflict, "`\(pair.name)` is for storage of type \(types)", pair.key, "write `type:` beside it, or take it out",
      type.map { [.init("the type is set here", at: $0.key.location)] } ?? [])
  }

  private mutating func checkMaster() {
    guard let master = aws?["master"] else { return }
    let isManaged = master.flag("managed_password") == true
    if let password = master.pair("password"), isManaged, let flag = master.pair("managed_password") {
      refuse("RDS keeps the master password, and one is given", password, because: flag, "take one of the two out")
    }
    if let key = master.pair("kms_key"), !isManaged {
      report(
        .conflict, "`kms_key` is of the secret that RDS keeps", key.key,
        "write `managed_password: true`, or take it out")
    }
  }

  /// Of the instance, or of a member.
  private mutating func checkBlocks(_ block: Node?) {
    if let insights = block?["performance_insights"], insights.flag("enabled") == false,
      let flag = insights.pair("enabled"), let other = insights.pairs.first(where: { $0.name != "enabled" })
    {
      refuse("`\(other.name)` is of no use without Performance Insights", other, because: flag, "take it out")
    }
    if let monitoring = block?["monitoring"], let interval = monitoring.integer("interval"), interval > 0,
      monitoring["role"] == nil, let pair = monitoring.pair("interval")
    {
      report(.missingKey, "`role` of `monitoring` is missing", pair.key, "write `role: arn:aws:iam::…`")
    }
    if let groups = block?.pair("security_groups"), case .sequence(let items) = groups.value.content, items.isEmpty {
      report(.invalidValue, "an instance has at least one security group", groups.value, "name one, or take it out")
    }
    guard let least = block?["serverless"]?.pair("min"), let most = block?["serverless"]?.pair("max"),
      let minimum = least.value.text.flatMap({ CapacityUnits($0) }),
      let maximum = most.value.text.flatMap({ CapacityUnits($0) })
    else { return }
    if maximum.halves < max(minimum.halves, 2) {
      refuse(
        "`max` is \(maximum), and `min` is \(minimum)", most, because: least, "write 1 or more, and not below `min`")
    }
  }

  private mutating func checkRestore() {
    guard let restore = node["restore_from"] else { return }
    if let replica = aws?.pair("replica_of"), let pair = node.pair("restore_from") {
      refuse("a read replica gets its data from its source", replica, because: pair, "take one of the two out")
    }
    switch (restore.pair("snapshot"), restore.pair("instance"), restore.pair("at")) {
    case (let snapshot?, let instance?, _):
      refuse("`restore_from` names two sources", instance, because: snapshot, "take one of the two out")
    case (let snapshot?, nil, let moment?):
      refuse("a snapshot is of one moment", moment, because: snapshot, "take `at` out")
    case (nil, let instance?, nil):
      report(
        .missingKey, "`at` of `restore_from` is missing", instance.key,
        "write `at: latest`, or a time as 2026-11-20T03:00:00Z")
    case (nil, nil, _):
      // What was mistyped was told already.
      guard case .mapping(let pairs) = restore.content, pairs.allSatisfy({ Language.restore[$0.name] != nil }) else {
        return
      }
      report(.missingKey, "`restore_from` names no source", restore, "write `snapshot: …`, or `instance: …`")
    default: break
    }
  }

  private mutating func checkMoments() {
    guard let aws else { return }
    let (useless, moment) = managed.moment == .now ? ("apply_now", "now") : ("apply_in_window", "window")
    if let pair = aws.pair(useless) {
      report(
        .conflict, "`\(useless)` says what `apply: \(moment)` says already", pair.key,
        "take it out, or write `apply: \(moment == "now" ? "window" : "now")`",
        aws.pair("apply").map { [.init("`apply` is here", at: $0.key.location)] } ?? [])
    }
    if let source = aws["replica_of"], source.text == managed.identifier {
      report(.conflict, "an instance is no replica of itself", source, "name its source")
    }
  }
}

// What is done inside, and what others see.
extension ManagedCheck {
  private mutating func checkConnection() {
    let connect = node["connect"]
    if connect?["user"] == nil {
      for key in ["databases", "access"] {
        guard let pair = node.pair(key), !(pair.value.pairs.isEmpty && pair.value.items.isEmpty) else { continue }
        report(
          .missingKey, "`\(key)` of `\(document.name)` needs `connect.user`: it is looked at through SQL", pair.key,
          "write `connect: { user: …, iam: true }`, or with `password:`")
      }
    }
    guard let connect, connect.flag("iam") == true, let iam = connect.pair("iam") else { return }
    for key in ["password", "passfile"] {
      guard let pair = connect.pair(key) else { continue }
      refuse("a token of IAM is the password", pair, because: iam, "take one of the two out")
    }
    if let tls = connect.pair("tls"), tls.value.text == "disable" {
      refuse("a token of IAM is taken over TLS only", tls, because: iam, "write `tls: verify-full`")
    }
    if let flag = aws?.pair("iam_authentication"), flag.value.text == "false" {
      refuse("`connect.iam` needs IAM authentication", iam, because: flag, "switch it on, or use a password")
    }
  }

  private mutating func checkLabels() {
    let labels = node["labels"]?.pairs ?? []
    for label in labels {
      for (kind, text, place) in [(TagText.key, label.name, label.key), (.value, label.value.text ?? "", label.value)] {
        guard let fault = kind.fault(in: text) else { continue }
        report(fault.code, "`\(text)` \(fault.message)", place, fault.hint)
      }
    }
    if labels.count > 50, let pair = node.pair("labels") {
      report(.invalidValue, "an instance has at most 50 tags", pair.key, "take some out")
    }
  }
}

// The backup policy.
extension ManagedCheck {
  mutating func policy(_ policy: Node, _ name: Node, _ document: SpecDocument, account: AWSAccount?) {
    let here = Diagnostic.Related(
      "`\(self.document.name)` on an `aws` platform uses the policy here", at: name.location)
    for key in ["differential", "incremental"] {
      guard let pair = policy.pair(key) else { continue }
      report(
        .conflict, "RDS has no \(key) backups", pair.key, "take it out, or give the instance another policy", [here])
    }
    checkRetention(policy, here)
    checkWindows(policy)
    guard let copies = policy["aws"]?.pair("copy_to") else { return }
    if managed.isCluster, copies.value.items.contains(where: { $0["account"] == nil }) {
      report(
        .conflict, "automated backups of a cluster can't be copied to other regions", copies.key,
        "give the cluster another policy", [here])
    }
    checkCopies(copies.value.items, policy, account, here)
  }

  /// - Source: Amazon RDS API reference, `CreateDBInstance` and `CreateDBCluster`, `BackupRetentionPeriod`, read
  ///   2026-11-22.
  private mutating func checkRetention(_ policy: Node, _ here: Diagnostic.Related) {
    let day = 86_400
    if let retain = policy["retain"], let span = retain.text.flatMap({ TimeSpan($0) }) {
      if span.seconds % day != 0 || span.seconds == 0 {
        report(.invalidValue, "RDS keeps backups for whole days, not for `\(span)`", retain, "write it like 7d", [here])
      } else if span.seconds > 35 * day {
        report(
          .invalidValue, "RDS keeps backups for at most 35 days, not for `\(span)`", retain,
          "write 35d; snapshots are kept by `full:` and `aws.keep_snapshots`", [here])
      }
    }
    if managed.isCluster, policy.flag("point_in_time") == false, let pair = policy.pair("point_in_time") {
      report(
        .conflict, "a cluster always has automated backups", pair.key, "take it out, or give it another policy", [here])
    }
  }

  private mutating func checkWindows(_ policy: Node) {
    guard let daily = policy["aws"]?["window"], let weekly = aws?["maintenance_window"],
      let backup = daily.text.flatMap({ DailyWindow($0) }), let maintenance = weekly.text.flatMap({ WeeklyWindow($0) }),
      maintenance.overlaps(backup)
    else { return }
    report(
      .conflict, "the maintenance window overlaps the backup window, which RDS refuses", weekly, "move one of the two",
      [.init("the backup window is here", at: daily.location)])
  }
}
