import Model

/// What the rules say of one grantee on one list.
struct Want: Hashable {
  /// What he is to hold.
  var privileges: PrivilegeSet = []
  /// The part of it that he may grant on.
  var grantable: PrivilegeSet = []
  /// What he may hold and need not: rules for objects to come say nothing of those that are there, which may be of theirs.
  var tolerated: PrivilegeSet = []
  /// The part of it that he may grant on.
  var toleratedGrantable: PrivilegeSet = []
  /// What he must not hold.
  var absent: PrivilegeSet = []
  /// What rules whose time is over gave him.
  var expired: PrivilegeSet = []
  /// What rules grant, and what they forbid, that only audit, beside others that don't.
  var (auditedGrant, auditedAbsence) = (Audited(), Audited())
  /// The rule that named it first: where a reader should look.
  var rule: Address
  /// The first rule that forbids something.
  var forbidden: Address?
  /// The one of its rules that does most: `authoritative`, else `additive`.
  var mode: AccessMode

  /// It may be there or not: which of it is otherwise is told.
  struct Audited: Hashable {
    var privileges: PrivilegeSet = []
    /// The first rule that says it.
    var rule: Address?

    fileprivate mutating func add(_ other: Audited) {
      privileges.formUnion(other.privileges)
      rule = rule ?? other.rule
    }
  }

  init(_ rule: GrantRule, _ privileges: PrivilegeSet, isExpired: Bool) {
    (self.rule, mode) = (rule.address, rule.mode)
    switch rule.state {
    case .present where isExpired: expired = privileges
    case .present:
      self.privileges = privileges
      if rule.grantOption { grantable = privileges }
    case .absent: (absent, forbidden) = (privileges, rule.address)
    }
  }

  /// What a rule for objects to come says of those that are there.
  init(tolerating privileges: PrivilegeSet, by rule: GrantRule, isExpired: Bool) {
    self.init(rule, privileges, isExpired: isExpired)
    (tolerated, toleratedGrantable) = (self.privileges, grantable)
    (self.privileges, grantable) = ([], [])
  }

  /// Whether a rule in force grants something: then all that it doesn't grant is too much.
  var isComplete: Bool { !privileges.isEmpty || absent.isEmpty && expired.isEmpty && tolerated.isEmpty }

  /// What a grantee keeps of whom all is judged. What must not be there outweighs what is tolerated.
  var allowed: PrivilegeSet { privileges.union(tolerated).subtracting(absent) }
  var allowedGrantable: PrivilegeSet { grantable.union(toleratedGrantable) }

  /// What is both asked for and forbidden.
  var contradiction: PrivilegeSet { privileges.intersection(absent) }

  /// What stays of an entry, where nobody declares its grantee.
  func rest(of privileges: PrivilegeSet) -> PrivilegeSet {
    isComplete ? privileges.intersection(allowed) : privileges.subtracting(absent).subtracting(expired)
  }

  /// Rules of equal rank add up. Those that only audit change nothing of what others do.
  mutating func add(_ other: Want) {
    let isMixed = (mode == .audit) != (other.mode == .audit)
    if isMixed, mode == .audit { self = onlyAudited }
    let other = isMixed && other.mode == .audit ? other.onlyAudited : other
    if privileges.isEmpty, !other.privileges.isEmpty { rule = other.rule }
    privileges.formUnion(other.privileges)
    grantable.formUnion(other.grantable)
    tolerated.formUnion(other.tolerated)
    toleratedGrantable.formUnion(other.toleratedGrantable)
    absent.formUnion(other.absent)
    expired.formUnion(other.expired)
    auditedGrant.add(other.auditedGrant)
    auditedAbsence.add(other.auditedAbsence)
    forbidden = forbidden ?? other.forbidden
    if mode == .audit || other.mode == .authoritative { mode = other.mode }
  }

  /// What names the object itself outweighs what is said of all.
  func overridden(by named: Want) -> Want {
    guard (mode == .audit) == (named.mode == .audit) else {
      var both = self
      both.add(named)
      return both
    }
    var all = self
    all.privileges.subtract(named.absent)
    all.grantable.subtract(named.absent)
    all.tolerated.subtract(named.absent)
    all.absent.subtract(named.privileges)
    all.add(named)
    return all
  }

  private var onlyAudited: Want {
    var want = self
    if !privileges.isEmpty { want.auditedGrant.add(Audited(privileges: privileges, rule: rule)) }
    if !absent.isEmpty { want.auditedAbsence.add(Audited(privileges: absent, rule: forbidden)) }
    want.tolerated.formUnion(privileges)
    want.toleratedGrantable.formUnion(grantable)
    (want.privileges, want.grantable, want.absent, want.expired, want.forbidden) = ([], [], [], [], nil)
    return want
  }
}
