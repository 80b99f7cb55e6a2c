extension Unicode.Scalar {
  /// The number of terminal columns that the code point takes: 0, 1 or 2.
  ///
  /// - Source: Unicode 16, EastAsianWidth.txt (W and F) joined into blocks; emoji by their own property.
  package var displayWidth: Int {
    if value < 0x300 { return 1 }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    default: break
    }
    if hangulVowelsAndTails.contains(value) { return 0 }
    if wideRanges.contains(where: { $0.contains(value) }) { return 2 }
    return properties.isEmojiPresentation && !regionalIndicators.contains(value) ? 2 : 1
  }
}

/// Drawn into the syllable before them.
private let hangulVowelsAndTails: ClosedRange<UInt32> = 0x1160...0x11FF
/// Flags are made of two, each one column wide.
private let regionalIndicators: ClosedRange<UInt32> = 0x1F1E6...0x1F1FF

private let wideRanges: [ClosedRange<UInt32>] = [
  0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF,
  0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x17000...0x18CFF, 0x1B000...0x1B2FF,
  0x1F200...0x1F265, 0x20000...0x3FFFD,
]
