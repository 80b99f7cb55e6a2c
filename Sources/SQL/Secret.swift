/// A value that must not be seen: it describes, debugs and mirrors itself as `<redacted>` and cannot be encoded.
package struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  private let value: String

  package init(_ value: String) {
    self.value = value
  }

  package var description: String { "<redacted>" }
  package var debugDescription: String { "<redacted>" }
  package var customMirror: Mirror { Mirror(self, children: []) }

  /// The value itself, for the one call that has to hand it over.
  package func reveal() -> String { value }
}
