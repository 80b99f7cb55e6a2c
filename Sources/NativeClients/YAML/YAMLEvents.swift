import CLibYAML
import YAML

/// The events of one text, from libyaml.
///
/// The parser lives on the heap because libyaml keeps pointers into it, and frees with this value.
struct YAMLEvents: ~Copyable {
  enum Outcome {
    case event
    case end
    case failure(YAMLFailure)
  }

  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let text: UnsafeBufferPointer<UInt8>

  /// - Parameter text: must outlive this value.
  init(_ text: UnsafeBufferPointer<UInt8>) {
    self.text = text
    parser = .allocate(capacity: 1)
    // Fails only when memory runs out, where Swift itself traps as well.
    precondition(yaml_parser_initialize(parser) == 1, "out of memory")
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, text.baseAddress, text.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  /// Hands over the next event, which is valid only during the call.
  mutating func next(_ body: (borrowing yaml_event_t) -> Void) -> Outcome {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { return .failure(failure()) }
    defer { yaml_event_delete(&event) }
    if event.type == YAML_STREAM_END_EVENT || event.type == YAML_NO_EVENT { return .end }
    body(event)
    return .event
  }

  private func failure() -> YAMLFailure {
    let state = parser.pointee
    let index = Int(clamping: state.problem_mark.index)
    return YAMLFailure(
      problem: state.problem.map { String(cString: $0) } ?? "the text can't be read",
      problemMark: Mark(state.problem_mark),
      context: state.context.map { String(cString: $0) },
      contextMark: Mark(state.context_mark),
      isAtEnd: index >= codePointCount,
      character: codePoint(at: index))
  }

  private var codePointCount: Int { text.count { $0 & 0xC0 != 0x80 } }

  /// libyaml counts code points from the start of the text.
  private func codePoint(at index: Int) -> Unicode.Scalar? {
    String(decoding: text, as: UTF8.self).unicodeScalars.dropFirst(index).first
  }
}

extension Mark {
  init(_ mark: yaml_mark_t) {
    self.init(line: UInt32(clamping: mark.line + 1), column: UInt32(clamping: mark.column + 1))
  }
}
