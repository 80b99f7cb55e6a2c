import HTTP
import XML

/// A call whose answer comes in pages.
package struct AWSPages: Sendable {
  package var call: AWSCall
  /// The way from the result to the list: `["DBInstances"]`.
  package var items: [String]
  /// The way from the result to the next page's marker.
  package var marker: [String]
  /// More is a service that never ends.
  package var mostPages: Int

  package init(_ call: AWSCall, items: [String], marker: [String] = ["Marker"], mostPages: Int = 1000) {
    (self.call, self.items, self.marker, self.mostPages) = (call, items, marker, mostPages)
  }
}

extension AWSClient {
  /// - Source: the RDS API's `MaxRecords`, 20 to 100, in botocore's model of 2014-10-31, read 2026-11-22.
  private static let pageSize = 100

  /// All items of all pages, in the service's order.
  ///
  /// - Errors: `AWSFailure` where any page fails, holds no list, or leads to a page that was read: half a list would
  ///   make what is on the other half look deleted.
  package func pages(_ pages: AWSPages) async throws(AWSFailure) -> [XMLElement] {
    var call = pages.call
    call.fields.set("MaxRecords", Self.pageSize)
    var items: [XMLElement] = []
    var markers: Set<String> = []
    for _ in 0..<pages.mostPages {
      let result = try await self.call(call, isWrite: false)
      guard let list = result.descendant(pages.items) else {
        throw pages.failure("the answer has no <\(pages.items.joined(separator: "><"))>")
      }
      items += list.children
      guard let marker = result.descendant(pages.marker)?.text, !marker.isEmpty else { return items }
      guard markers.insert(marker).inserted else {
        throw pages.failure("page \(markers.count + 1) leads back to an earlier one")
      }
      call.fields.set("Marker", marker)
    }
    throw pages.failure("there are more than \(pages.mostPages) pages")
  }

  /// The same for several calls, `width` at once, in the order given.
  package func results(_ calls: [AWSPages]) async -> [Result<[XMLElement], AWSFailure>] {
    await withTaskGroup(of: (Int, Result<[XMLElement], AWSFailure>).self) { group in
      var results = [Result<[XMLElement], AWSFailure>?](repeating: nil, count: calls.count)
      var remaining = calls.enumerated().makeIterator()
      for _ in 0..<Self.width {
        if let (index, pages) = remaining.next() { group.addTask { (index, await self.result(pages)) } }
      }
      while let (index, result) = await group.next() {
        results[index] = result
        if let (index, pages) = remaining.next() { group.addTask { (index, await self.result(pages)) } }
      }
      return results.compactMap(\.self)
    }
  }

  private func result(_ pages: AWSPages) async -> Result<[XMLElement], AWSFailure> {
    do throws(AWSFailure) { return .success(try await self.pages(pages)) } catch { return .failure(error) }
  }
}

extension AWSPages {
  fileprivate func failure(_ detail: String) -> AWSFailure {
    AWSFailure(
      .unreadable, service: call.service, action: call.action, detail: detail,
      hint: "the list would not be whole, so none of it is used")
  }
}

extension XMLElement {
  /// The element that the names lead to.
  package func descendant(_ path: [String]) -> XMLElement? {
    path.reduce(Optional(self)) { $0?[$1] }
  }
}
