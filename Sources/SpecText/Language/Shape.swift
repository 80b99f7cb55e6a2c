/// What may stand behind a key. The reader, `explain` and the JSON Schema are all made from these.
indirect enum Shape: Sendable {
  case text(TextKind)
  /// `true` or `false` and no other spelling.
  case flag
  case integer(ClosedRange<Int>)
  /// One of some numbers.
  case numbers([Int])
  /// One of some words. The second list holds words that a later version will take.
  case choice([String], notYet: [String] = [])
  /// A place where a secret is kept, never the secret, and what may be put into its name.
  /// In its stead one word may stand, where there is one that says something.
  case secret(variables: Set<SecretVariable> = [.instance, .platform], or: String? = nil)
  case list(Shape)
  /// A mapping whose keys are the author's names. `segment` is what stands before such a name in addresses.
  case map(key: TextKind, value: Shape, segment: String? = nil)
  /// A mapping whose keys the language fixes.
  case table(Table)
  /// Another shape for each form that the value may be written in; `nil` refuses the form.
  case byForm(scalar: Shape? = nil, list: Shape? = nil, mapping: Shape? = nil)

  static func oneOrMany(_ one: Shape) -> Shape { .byForm(scalar: one, list: .list(one)) }
}

/// A mapping of the language: its keys, in the order in which they are shown.
struct Table: Sendable {
  /// Ends the sentence "`x` is not a key of …".
  let title: String
  let fields: [Field]
  /// Keys that the language has and this version does not take.
  let notYet: Set<String>
  private let indexes: [String: Int]

  init(_ title: String, _ fields: [Field], notYet: Set<String> = []) {
    (self.title, self.fields, self.notYet) = (title, fields, notYet)
    indexes = Dictionary(uniqueKeysWithValues: fields.enumerated().map { ($1.key, $0) })
  }

  subscript(key: String) -> Field? { indexes[key].map { fields[$0] } }
}

/// One key of a table.
struct Field: Sendable {
  enum Presence: Sendable { case optional, required }

  let key: String
  let shape: Shape
  /// A sentence for the editor's tooltip and the reference.
  let doc: String
  let presence: Presence
  /// The platform types that honour the field; none stands for all.
  let platforms: [PlatformType]
  /// What holds where it is unset, if that is a value; `nil` where unset means unmanaged or empty.
  let standard: String?

  init(
    _ key: String, _ shape: Shape, _ doc: String, _ presence: Presence = .optional,
    on platforms: [PlatformType] = [],
    standard: String? = nil
  ) {
    (self.key, self.shape, self.doc, self.presence) = (key, shape, doc, presence)
    (self.platforms, self.standard) = (platforms, standard)
  }

  func isHonoured(on type: PlatformType) -> Bool { platforms.isEmpty || platforms.contains(type) }
}

enum PlatformType: String, CaseIterable, Sendable { case local, server, aws }

/// The kinds of document.
enum DocumentKind: String, CaseIterable, Sendable, Comparable {
  case platform = "Platform"
  case instance = "Instance"
  case parameters = "Parameters"
  case backupPolicy = "BackupPolicy"
  case access = "Access"

  var table: Table {
    switch self {
    case .platform: Language.platform
    case .instance: Language.instance
    case .parameters: Language.parameters
    case .backupPolicy: Language.backupPolicy
    case .access: Language.access
    }
  }

  /// Whether documents of the kind may be derived from one another, so that `default` means "unset".
  var extends: Bool { self == .instance || self == .backupPolicy }

  /// The first segment of a document's address.
  var segment: String {
    switch self {
    case .platform: "platform"
    case .instance: "instance"
    case .parameters: "parameters"
    case .backupPolicy: "backup-policy"
    case .access: "access"
    }
  }

  static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// The language of the specs, a table a mapping.
enum Language {
  /// The number that `language:` holds.
  static let version = 1
}
