import Model

/// A parameter's value in the units and the form that people write, where that means the same.
func writtenParameter(_ value: String, of parameter: String, _ definition: ParameterDefinition?) -> YAMLValue {
  let libraries = value.split(separator: ",").map { String($0.drop { $0 == " " }) }
  if parameter.hasSuffix("_preload_libraries"), !libraries.isEmpty, Set(libraries).count == libraries.count,
    libraries.allSatisfy({ $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") } })
  {
    return .list(libraries)
  }
  guard let definition else { return .scalar(value) }
  let readable = definition.readable(value)
  return .scalar(definition.canonical(readable) == definition.canonical(value) ? readable : value)
}
