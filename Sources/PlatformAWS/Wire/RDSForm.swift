import Planner

/// The form of one call of RDS, its nested names dotted as the query protocol has them.
struct RDSForm {
  private var fields: [HTTPField]

  init(_ action: String) {
    fields = [HTTPField("Action", action), HTTPField("Version", "2014-10-31")]
  }

  mutating func set(_ name: String, _ value: String?) {
    if let value { fields.append(HTTPField(name, value)) }
  }

  mutating func set(_ name: String, _ value: Bool) { set(name, value ? "true" : "false") }

  mutating func set(_ name: String, _ value: HTTPField.Value?) {
    if let value { fields.append(HTTPField(name, value)) }
  }

  /// A list of texts: `VpcSecurityGroupIds.VpcSecurityGroupId.1`. RDS drops a list whose members have a wrong name, and
  /// says nothing.
  mutating func set(_ name: String, each member: String = "member", _ values: [String]) {
    for (index, value) in values.enumerated() { set("\(name).\(member).\(index + 1)", value) }
  }

  /// A list of structures: `Tags.Tag.1.Key`.
  mutating func set(_ name: String, each member: String, _ structures: [[(name: String, value: String)]]) {
    for (index, structure) in structures.enumerated() {
      for part in structure { set("\(name).\(member).\(index + 1).\(part.name)", part.value) }
    }
  }

  func call(region: String? = nil, account: String? = nil, doneCodes: [String] = []) -> Operation {
    .http(call: HTTPCall(endpoint: "rds", region: region, account: account, form: fields, doneCodes: doneCodes))
  }
}
