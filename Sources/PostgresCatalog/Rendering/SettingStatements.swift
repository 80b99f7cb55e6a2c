import Model
import Planner
import SQL

/// `ALTER ROLE … SET` and its relatives; `nil` as value resets.
func setSetting(_ scope: SettingScope, _ name: String, _ value: String?) -> SQLText {
  "\(sql: target(scope)) \(sql: assignment(name, value))"
}

func alterSystem(_ name: String, _ value: String?) -> SQLText {
  "ALTER SYSTEM \(sql: assignment(name, value))"
}

private func target(_ scope: SettingScope) -> SQLText {
  switch (scope.role, scope.database) {
  case (let role?, let database?): "ALTER ROLE \(identifier: role) IN DATABASE \(identifier: database)"
  case (let role?, nil): "ALTER ROLE \(identifier: role)"
  case (nil, let database?): "ALTER DATABASE \(identifier: database)"
  case (nil, nil): "ALTER ROLE ALL"
  }
}

/// An extension's parameter has a dot in its name, which stays outside the quotes.
func parameterReference(_ name: String) -> SQLText { "\(qualified: name.split(separator: ".").map(String.init))" }

private func assignment(_ name: String, _ value: String?) -> SQLText {
  let parameter = parameterReference(name)
  guard let value else { return "RESET \(sql: parameter)" }
  guard ListSetting.isList(name), let elements = ListSetting.elements(of: value), !elements.isEmpty else {
    return "SET \(sql: parameter) TO \(literal: value)"
  }
  return "SET \(sql: parameter) TO \(literals: elements)"
}
