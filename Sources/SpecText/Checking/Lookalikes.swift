/// Characters that look like others, for telling names that a reader can't tell apart.
///
/// - Source: Unicode Technical Standard 39, "Unicode Security Mechanisms", confusables.txt: what of Cyrillic, Greek, Armenian,
///   Cherokee and fullwidth letters looks like Latin letters, and what Latin letters and digits look like one another.
enum Lookalikes {
  /// What a name looks like. Texts that differ and have equal skeletons can't be told apart.
  static func skeleton(of name: String) -> String {
    var skeleton = String.UnicodeScalarView()
    for scalar in name.unicodeScalars where !isInvisible(scalar) {
      if let fullwidth = plain(fullwidth: scalar) {
        skeleton.append(contentsOf: table[fullwidth] ?? [fullwidth])
      } else {
        skeleton.append(contentsOf: table[scalar] ?? [scalar])
      }
    }
    return String(skeleton)
  }

  /// Characters that most programs show as nothing, or that turn round what follows.
  static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isDefaultIgnorableCodePoint || scalar.properties.generalCategory == .format
  }

  private static func plain(fullwidth scalar: Unicode.Scalar) -> Unicode.Scalar? {
    (0xff01...0xff5e).contains(scalar.value) ? Unicode.Scalar(scalar.value - 0xfee0) : nil
  }

  private static let table: [Unicode.Scalar: [Unicode.Scalar]] = {
    var table: [Unicode.Scalar: [Unicode.Scalar]] = ["m": ["r", "n"], "M": ["M"]]
    for (look, others) in groups {
      for scalar in others.unicodeScalars { table[scalar] = Array(look.unicodeScalars) }
    }
    return table
  }()

  /// By what they look like; each is its own group's sign.
  private static let groups: [(String, String)] = [
    ("l", "1I|\u{0406}\u{04C0}\u{04CF}\u{0399}\u{0196}\u{01C0}\u{2113}\u{0627}"), ("O", "0\u{041E}\u{039F}\u{0555}"),
    ("a", "\u{0430}\u{03B1}\u{0251}"), ("b", "\u{042C}\u{0184}"), ("c", "\u{0441}\u{03F2}"), ("d", "\u{0501}"),
    ("e", "\u{0435}\u{212E}"), ("f", "\u{017F}"), ("g", "\u{0261}\u{0581}"), ("h", "\u{04BB}\u{0570}"),
    ("i", "\u{0456}\u{03B9}\u{0131}\u{0269}"), ("j", "\u{0458}\u{03F3}"), ("n", "\u{0578}"),
    ("o", "\u{043E}\u{03BF}\u{03C3}\u{0585}"), ("p", "\u{0440}\u{03C1}"), ("q", "\u{051B}\u{0566}"), ("r", "\u{0433}"),
    ("s", "\u{0455}"), ("u", "\u{03C5}\u{057D}\u{028B}"), ("v", "\u{0475}\u{03BD}"), ("w", "\u{051D}\u{0561}\u{0461}"),
    ("x", "\u{0445}"), ("y", "\u{0443}\u{04AF}\u{03B3}"), ("A", "\u{0410}\u{0391}\u{13AA}"),
    ("B", "\u{0412}\u{0392}\u{13F4}"), ("C", "\u{0421}\u{03F9}\u{13DF}"), ("E", "\u{0415}\u{0395}\u{13AC}"),
    ("G", "\u{050C}\u{13C0}"), ("H", "\u{041D}\u{0397}\u{13BB}"), ("J", "\u{0408}\u{037F}\u{13AB}"),
    ("K", "\u{041A}\u{039A}\u{212A}\u{13E6}"), ("L", "\u{13DE}"), ("M", "\u{041C}\u{039C}\u{13B7}"), ("N", "\u{039D}"),
    ("P", "\u{0420}\u{03A1}\u{13E2}"), ("Q", "\u{051A}"), ("S", "\u{0405}\u{054F}\u{13DA}"),
    ("T", "\u{0422}\u{03A4}\u{13A2}"), ("U", "\u{054D}"), ("V", "\u{0474}\u{13D9}"), ("W", "\u{051C}\u{13B3}"),
    ("X", "\u{0425}\u{03A7}"), ("Y", "\u{04AE}\u{03A5}"), ("Z", "\u{0396}\u{13C3}"), ("3", "\u{0417}\u{04E0}"),
    ("6", "\u{0431}"), ("-", "\u{2010}\u{2011}\u{2012}\u{2013}\u{2212}"),
    (" ", "\u{00A0}\u{2002}\u{2003}\u{2009}\u{202F}\u{3000}"),
  ]
}

/// The scripts whose letters look like one another.
enum Script: String, Comparable {
  case latin = "Latin"
  case greek = "Greek"
  case cyrillic = "Cyrillic"
  case armenian = "Armenian"
  case cherokee = "Cherokee"

  /// `nil` for what is no letter, and for letters that look like none of these.
  init?(of scalar: Unicode.Scalar) {
    guard scalar.properties.isAlphabetic else { return nil }
    switch scalar.value {
    case 0x41...0x5a, 0x61...0x7a, 0xaa, 0xba, 0xc0...0x24f, 0x250...0x2af, 0x1e00...0x1eff, 0xff21...0xff5a:
      self = .latin
    case 0x370...0x3ff, 0x1f00...0x1fff: self = .greek
    case 0x400...0x52f, 0x1c80...0x1c8f, 0x2de0...0x2dff, 0xa640...0xa69f: self = .cyrillic
    case 0x530...0x58f: self = .armenian
    case 0x13a0...0x13ff, 0xab70...0xabbf: self = .cherokee
    default: return nil
    }
  }

  static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
