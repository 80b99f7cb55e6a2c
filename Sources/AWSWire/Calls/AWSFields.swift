import SQL

/// The fields of a call, flattened as the query protocol has them. `nil` is left out.
package struct AWSFields: Sendable {
  /// Names differ. Every value is kept as a secret, because some are and none has to be shown.
  package private(set) var pairs: [(name: String, value: Secret)] = []
  /// Those that never may appear in a message, whatever the service echoes.
  package private(set) var secrets: [Secret] = []

  package init() {}

  /// - Parameter texts: values by name; names of nested fields are dotted.
  package init(_ texts: KeyValuePairs<String, String?>) {
    for (name, text) in texts { set(name, text) }
  }

  package mutating func set(_ name: String, _ text: String?) {
    if let text { put(name, Secret(text)) }
  }

  package mutating func set(_ name: String, _ number: Int?) { set(name, number.map(String.init)) }

  package mutating func set(_ name: String, _ truth: Bool?) { set(name, truth.map { $0 ? "true" : "false" }) }

  package mutating func set(_ name: String, secret: Secret?) {
    guard let secret else { return }
    put(name, secret)
    secrets.append(secret)
  }

  /// A list of texts: `Name.Member.1`, … . An empty list empties what is there; `nil` leaves it alone.
  ///
  /// - Parameter member: the model's name for one of them. A wrong one is silently dropped by some services.
  package mutating func set(_ name: String, each member: String = "member", _ texts: [String]?) {
    set(name, each: member, texts?.map { text in AWSFields(unnamed: Secret(text)) })
  }

  /// A list of structures: `Tags.Tag.1.Key`.
  package mutating func set(_ name: String, each member: String = "member", _ structures: [AWSFields]?) {
    guard let structures else { return }
    if structures.isEmpty { put(name, Secret("")) }
    for (index, structure) in structures.enumerated() { add(structure, under: "\(name).\(member).\(index + 1)") }
  }

  /// A structure: `ScalingConfiguration.MinCapacity`.
  package mutating func set(_ name: String, _ structure: AWSFields?) {
    if let structure { add(structure, under: name) }
  }

  private init(unnamed value: Secret) { pairs = [("", value)] }

  private mutating func add(_ fields: AWSFields, under name: String) {
    for pair in fields.pairs { put(pair.name.isEmpty ? name : "\(name).\(pair.name)", pair.value) }
    secrets += fields.secrets
  }

  private mutating func put(_ name: String, _ value: Secret) {
    pairs.removeAll { $0.name == name }
    pairs.append((name, value))
  }
}
