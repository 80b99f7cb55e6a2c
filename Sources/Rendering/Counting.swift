/// `1 step`, `7 steps`, `5,000 tables`.
func counted(_ count: Int, _ noun: String, plural: String? = nil) -> String {
  "\(grouped(count)) " + (count == 1 ? noun : plural ?? noun + "s")
}

/// `5,000`
func grouped(_ number: Int) -> String {
  var digits = String(number.magnitude)
  var rest = ""
  while digits.count > 3 {
    rest = "," + digits.suffix(3) + rest
    digits.removeLast(3)
  }
  return (number < 0 ? "-" : "") + digits + rest
}

/// `a, b, c` or, of more than `limit`, `a, b, c and 97 more`.
func listed(_ items: [String], limit: Int = 3) -> String {
  guard items.count > limit else { return items.joined(separator: ", ") }
  return items.prefix(limit).joined(separator: ", ") + " and \(grouped(items.count - limit)) more"
}

/// `a`, `a and b`, `a, b and c`
func enumerated(_ items: [String]) -> String {
  guard items.count > 1, let last = items.last else { return items.first ?? "" }
  return items.dropLast().joined(separator: ", ") + " and " + last
}

/// `0.4 s`, `12 s`, `3 min 5 s`, `2 h 0 min`
func duration(_ seconds: Double) -> String {
  let tenths = Int((seconds * 10).rounded())
  if tenths < 100 { return "\(tenths / 10).\(tenths % 10) s" }
  let whole = Int(seconds.rounded())
  if whole < 60 { return "\(whole) s" }
  if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
  return "\(whole / 3600) h \(whole / 60 % 60) min"
}

/// `5 s`, `250 ms`, `1 min`
func duration(milliseconds: Int) -> String {
  if milliseconds % 1000 != 0 { return "\(milliseconds) ms" }
  let seconds = milliseconds / 1000
  if seconds >= 3600 && seconds % 3600 == 0 { return "\(seconds / 3600) h" }
  return seconds >= 60 && seconds % 60 == 0 ? "\(seconds / 60) min" : "\(seconds) s"
}

/// Groups by key, in the order in which the keys first come.
func grouped<Element, Key: Hashable>(_ elements: some Sequence<Element>, by key: (Element) -> Key)
  -> [[Element]]
{
  var indexes: [Key: Int] = [:]
  var groups: [[Element]] = []
  for element in elements {
    let key = key(element)
    if let index = indexes[key] {
      groups[index].append(element)
    } else {
      indexes[key] = groups.count
      groups.append([element])
    }
  }
  return groups
}
