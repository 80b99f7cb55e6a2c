package struct SQLText: Sendable, Hashable, Codable { package let text: String }
package struct Secret: Sendable, Hashable { package let text: String }
