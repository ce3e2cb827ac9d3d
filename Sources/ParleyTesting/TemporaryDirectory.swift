import Foundation

/// A directory of a test's own, removed with the last reference.
package final class TemporaryDirectory: Sendable {
  package let path: String

  package init() throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("parley-test-\(UInt64.random(in: .min ... .max))")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    self.path = url.path
  }

  deinit {
    try? FileManager.default.removeItem(atPath: self.path)
  }
}
