/// The name as PostgreSQL's `quote_ident` writes it: bare where that is safe on every version from 13 to 18.
package func quotedIdentifier(_ name: String) -> String {
  if isBareName(name), !quotedKeywords.contains(name) { return name }
  return quoted(name, by: "\"")
}

/// The string as PostgreSQL's `quote_literal` writes it, right whatever `standard_conforming_strings` says.
package func quotedLiteral(_ value: String) -> String {
  guard value.utf8.contains(UInt8(ascii: "\\")) else { return quoted(value, by: "'") }
  return "E" + quoted(doubling(value, "\\"), by: "'")
}

private func isBareName(_ name: String) -> Bool {
  guard let first = name.utf8.first, isNameStart(first) else { return false }
  return name.utf8.allSatisfy { isNameStart($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
}

private func isNameStart(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
}

private func quoted(_ text: String, by mark: Unicode.Scalar) -> String {
  String(mark) + doubling(text, mark) + String(mark)
}

/// Works on scalars: a quote followed by a combining mark is one `Character` and would be missed.
private func doubling(_ text: String, _ mark: Unicode.Scalar) -> String {
  var result = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    if scalar == mark { result.append(mark) }
    result.append(scalar)
  }
  return String(result)
}

/// Every keyword that is not `unreserved` in any of PostgreSQL 13 to 18.
///
/// Source: `pg_get_keywords()` where `catcode <> 'U'` on 15, and `kwlist.h` of 16 to 18 for what came later
/// (read 2026-11-22).
private let quotedKeywords: Set<String> = Set(
  """
  all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case
  cast char character check coalesce collate collation column concurrently constraint create cross
  current_catalog current_date current_role current_schema current_time current_timestamp current_user dec
  decimal default deferrable desc distinct do else end except exists extract false fetch float for foreign
  freeze from full grant greatest group grouping having ilike in initially inner inout int integer intersect
  interval into is isnull join json json_array json_arrayagg json_exists json_object json_objectagg json_query
  json_scalar json_serialize json_table json_value lateral leading least left like limit localtime
  localtimestamp merge_action national natural nchar none normalize not notnull null nullif numeric offset on
  only or order out outer overlaps overlay placing position precision primary real references returning right
  row select session_user setof similar smallint some substring symmetric system_user table tablesample then
  time timestamp to trailing treat trim true union unique user using values varchar variadic verbose when where
  window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot
  xmlserialize xmltable
  """
  .split(whereSeparator: \.isWhitespace).map(String.init))
