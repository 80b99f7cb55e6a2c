import CLibExpat
import XML

/// Reads XML with expat. Attributes, comments and processing instructions are passed over.
///
/// A document type declaration is refused, and with it every entity that is not one of XML's own five.
package struct ExpatReader: XMLReader {
  private let limits: XMLLimits

  package init(limits: XMLLimits = XMLLimits()) { self.limits = limits }

  package func read(_ bytes: [UInt8]) throws(XMLFailure) -> XMLElement {
    guard bytes.count <= XMLLimits.mostBytes else {
      throw XMLFailure(message: "the document is larger than \(XMLLimits.mostBytes) bytes", line: 1)
    }
    // The mark of UTF-16, which expat follows whatever encoding it was told. No UTF-8 begins so.
    if let first = bytes.first, first >= 0xfe { throw XMLFailure(message: "the document is not UTF-8", line: 1) }
    return try ExpatParser().parse(bytes, into: TreeBuilder(limits: limits))
  }
}

package struct XMLLimits: Hashable, Sendable {
  package var depth: Int
  package var elements: Int
  /// Of all character data together.
  package var textBytes: Int

  /// expat counts in `int`; no answer comes near it.
  static let mostBytes = 256 << 20

  package init(depth: Int = 64, elements: Int = 1_000_000, textBytes: Int = 32 << 20) {
    (self.depth, self.elements, self.textBytes) = (depth, elements, textBytes)
  }
}

/// One parse. expat keeps the pointers it is given, so builder and handle live exactly as long as the call.
private struct ExpatParser: ~Copyable {
  private let parser: XML_Parser

  init() {
    // Whatever the document declares, it is read as UTF-8, or it fails.
    // Gives NULL only when memory runs out, where Swift itself traps as well.
    guard let parser = XML_ParserCreate("UTF-8") else { preconditionFailure("out of memory") }
    self.parser = parser
  }

  deinit { XML_ParserFree(parser) }

  /// All at once: fed in pieces, expat before 2.6 reads a long name again with each of them.
  consuming func parse(_ bytes: [UInt8], into builder: TreeBuilder) throws(XMLFailure) -> XMLElement {
    builder.parser = parser
    XML_SetUserData(parser, Unmanaged.passUnretained(builder).toOpaque())
    XML_SetElementHandler(
      parser, { context, name, _ in TreeBuilder.of(context).start(name) },
      { context, _ in TreeBuilder.of(context).end() })
    XML_SetCharacterDataHandler(parser) { context, text, count in TreeBuilder.of(context).take(text, count) }
    XML_SetStartDoctypeDeclHandler(parser) { context, _, _, _, _ in
      TreeBuilder.of(context).refuse("a document type declaration is refused")
    }
    let status = bytes.withUnsafeBytes { buffer in
      XML_Parse(parser, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count), 1)
    }
    // Read even after success: a handler's refusal must never depend on how expat reports a stop.
    if let refusal = builder.refusal { throw failure(refusal) }
    guard status == XML_STATUS_OK else {
      throw failure(XML_ErrorString(XML_GetErrorCode(parser)).map { String(cString: $0) } ?? "unknown error")
    }
    guard let root = builder.root else { throw failure("the document does not end") }
    return root
  }

  private borrowing func failure(_ message: String) -> XMLFailure {
    XMLFailure(message: message, line: Int(clamping: XML_GetCurrentLineNumber(parser)))
  }
}

/// Builds the tree from expat's calls.
private final class TreeBuilder {
  var parser: XML_Parser?
  private(set) var root: XMLElement?
  private(set) var refusal: String?
  private let limits: XMLLimits
  /// From the root to the innermost element not yet ended.
  private var open: [XMLElement] = []
  private var elements = 0
  private var textBytes = 0

  init(limits: XMLLimits) { self.limits = limits }

  static func of(_ context: UnsafeMutableRawPointer?) -> TreeBuilder {
    // expat hands back what `XML_SetUserData` was given, which outlives the parse.
    guard let context else { preconditionFailure("expat lost its user data") }
    return Unmanaged<TreeBuilder>.fromOpaque(context).takeUnretainedValue()
  }

  /// expat may call some handlers once more after it was told to stop.
  func start(_ name: UnsafePointer<CChar>?) {
    guard refusal == nil, let name else { return }
    elements += 1
    if elements > limits.elements { return refuse("there are more than \(limits.elements) elements") }
    if open.count >= limits.depth { return refuse("elements are nested deeper than \(limits.depth)") }
    open.append(XMLElement(String(cString: name)))
  }

  func end() {
    guard refusal == nil, let element = open.popLast() else { return }
    if open.isEmpty { root = element } else { open[open.count - 1].children.append(element) }
  }

  func take(_ text: UnsafePointer<CChar>?, _ count: Int32) {
    guard refusal == nil, !open.isEmpty else { return }
    textBytes += Int(count)
    if textBytes > limits.textBytes { return refuse("its text is larger than \(limits.textBytes) bytes") }
    let bytes = UnsafeRawBufferPointer(start: text, count: Int(count))
    open[open.count - 1].text += String(decoding: bytes, as: UTF8.self)
  }

  func refuse(_ message: String) {
    refusal = refusal ?? message
    XML_StopParser(parser, 0)
  }
}
