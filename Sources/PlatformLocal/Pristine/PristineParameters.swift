import Model

/// The parameters of a fresh cluster, from the table of its major version, or of the nearest one below that has a table.
func pristineParameters(major: Int) -> [String: ParameterState] {
  switch major {
  case 18...: Parsed.of18
  case 16...: Parsed.of16
  default: Parsed.of15
  }
}

/// Each table is read when it is first asked for, and costs nothing before.
private enum Parsed {
  static let of15 = parse(parameterTable15)
  static let of16 = parse(parameterTable16)
  static let of18 = parse(parameterTable18)
}

/// - Parameter table: a line a parameter, fields separated by `|`: name, kind, context, unit, minimum, maximum, choices
///   (separated by `,`), value at start-up; a field that is only `\` is unset.
private func parse(_ table: String) -> [String: ParameterState] {
  var parameters: [String: ParameterState] = [:]
  for line in table.split(separator: "\n") {
    let fields = line.split(separator: "|", omittingEmptySubsequences: false).map {
      $0 == "\\" ? nil : String($0)
    }
    guard fields.count == 8, let name = fields[0],
      let kind = fields[1].flatMap(ParameterDefinition.Kind.init),
      let context = fields[2].flatMap(ParameterDefinition.Context.init)
    else { preconditionFailure("the parameter table holds a broken line: \(line)") }
    let definition = ParameterDefinition(
      kind: kind, context: context, unit: fields[3], minimum: fields[4], maximum: fields[5],
      choices: fields[6]?.split(separator: ",", omittingEmptySubsequences: false).map(String.init),
      bootValue: fields[7])
    parameters[name] = ParameterState(definition: definition, running: fields[7])
  }
  return parameters
}
