/// Reads PostgreSQL's text form of a one-dimensional array: `{a,"b \"c\"",NULL}`.
///
/// - Shape: the elements in order, NULLs left out; `nil` where the text is no array.
/// - Source: `array_out()`; PostgreSQL documentation, "Array Input and Output Syntax".
func arrayElements(_ text: String) -> [String]? {
  var bytes = text.utf8[...]
  guard bytes.popFirst() == UInt8(ascii: "{"), bytes.popLast() == UInt8(ascii: "}") else { return nil }
  var elements: [String] = []
  while !bytes.isEmpty {
    guard let element = takeElement(&bytes) else { return nil }
    if let text = element.text { elements.append(text) }
    guard bytes.isEmpty || bytes.popFirst() == UInt8(ascii: ",") else { return nil }
  }
  return elements
}

private struct Element {
  var text: String?
}

private func takeElement(_ bytes: inout Substring.UTF8View) -> Element? {
  guard bytes.first == UInt8(ascii: "\"") else {
    let bare = bytes.prefix { $0 != UInt8(ascii: ",") }
    bytes = bytes[bare.endIndex...]
    return Element(text: Substring(bare) == "NULL" ? nil : String(Substring(bare)))
  }
  bytes.removeFirst()
  var content: [UInt8] = []
  while let byte = bytes.popFirst() {
    if byte == UInt8(ascii: "\"") { return Element(text: String(decoding: content, as: UTF8.self)) }
    if byte != UInt8(ascii: "\\") {
      content.append(byte)
    } else if let escaped = bytes.popFirst() {
      content.append(escaped)
    }
  }
  return nil
}
