import Diagnostics

/// The first thing in a file that is no text: another encoding, broken UTF-8, a control character, a line
/// separator that libyaml counts as a line and editors don't.
func firstForbiddenText(in bytes: [UInt8], file: String) -> Diagnostic? {
  if looksLikeUTF16(bytes) {
    return Diagnostic(
      .notUTF8, message: "the file is UTF-16", at: .wholeFile(file), hint: "save it as UTF-8")
  }
  let span = bytes.span
  do throws(UTF8.ValidationError) {
    _ = try UTF8Span(validating: span)
  } catch {
    let place = SourceText(bytes).lines().location(ofByte: error.byteOffsets.lowerBound, in: file)
    let byte = String(bytes[error.byteOffsets.lowerBound], radix: 16, uppercase: true)
    return Diagnostic(
      .notUTF8, message: "byte 0x\(byte) is not UTF-8", at: place, hint: "save the file as UTF-8")
  }
  guard let offset = bytes.withUnsafeBufferPointer(firstControlCharacter) else { return nil }
  return controlCharacter(at: offset, of: bytes, file)
}

private func looksLikeUTF16(_ bytes: [UInt8]) -> Bool {
  guard bytes.count >= 2 else { return false }
  switch (bytes[0], bytes[1]) {
  case (0xFF, 0xFE), (0xFE, 0xFF): return true
  case (0, let other), (let other, 0): return other != 0
  default: return false
  }
}

/// Works on valid UTF-8 only: it tells characters by their first bytes.
private func firstControlCharacter(in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
  var index = 0
  while index < bytes.count {
    switch bytes[index] {
    case 0x20...0x7E, 0x09, 0x0A, 0x0D, 0x80...0xC1, 0xC3...0xE1, 0xE3...0xEE, 0xF0...: break
    case 0xC2 where bytes[index + 1] >= 0xA0: break
    case 0xE2 where !(bytes[index + 1] == 0x80 && (0xA8...0xA9).contains(bytes[index + 2])): break
    case 0xEF where !isMarkOrNoncharacter(bytes[index + 1], bytes[index + 2]): break
    default: return index
    }
    index += 1
  }
  return nil
}

/// U+FEFF, U+FFFE and U+FFFF, behind their first byte.
private func isMarkOrNoncharacter(_ second: UInt8, _ third: UInt8) -> Bool {
  (second == 0xBB && third == 0xBF) || (second == 0xBF && third >= 0xBE)
}

private func controlCharacter(at offset: Int, of bytes: [UInt8], _ file: String) -> Diagnostic {
  let scalar = String(decoding: bytes[offset...].prefix(4), as: UTF8.self).unicodeScalars.first
  let number = String(scalar?.value ?? 0, radix: 16, uppercase: true)
  let name = "U+" + String(repeating: "0", count: max(0, 4 - number.count)) + number
  return Diagnostic(
    .controlCharacter, message: "the control character \(name) can't stand in a spec",
    at: SourceText(bytes).lines().location(ofByte: offset, in: file), hint: "remove it")
}
